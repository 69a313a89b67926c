-- At least $1 plans are approved (or were, and are started).
select count(*) >= $1::int8 from play.plan where state in ('approved', 'started');
