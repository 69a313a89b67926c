-- At least $1 runs began, and none of them goes on or waits for a person.
select count(*) >= $1::int8 and count(*) filter (where state in ('running', 'waiting', 'indeterminate')) = 0 from play.run;
