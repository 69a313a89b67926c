-- At least $1 agents are connected.
select count(*) >= $1::int8 from play.agent where state = 'up';
