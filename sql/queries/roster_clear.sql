delete from soc.roster_duty;
