-- Nothing waits to be applied: no intent, no signature. $1 is not used.
select $1::int8 = 0 and not exists (select from soc.intent where state = 'waiting')
    and not exists (select from play.signature where state = 'waiting');
