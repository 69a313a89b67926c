update play.signature set state = 'applied' where command = any ($1::uuid[]) and state = 'waiting';
