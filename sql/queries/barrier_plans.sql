-- At least $1 plans were made.
select count(*) >= $1::int8 from play.plan;
