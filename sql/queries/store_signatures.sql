select command, signature from play.signature where state = 'waiting' order by at, command limit $1::int8;
