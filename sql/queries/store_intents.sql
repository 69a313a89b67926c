select id, person, functions, verb, subject, args from soc.intent
where state = 'waiting' order by id limit $1::int8;
