-- At least $1 intents were applied.
select count(*) >= $1::int8 from soc.intent where state = 'applied';
