update soc.intent set state = 'applied' where id = any ($1::int8[]) and state = 'waiting';
