select id, area, tools, productive, down, incidents, 'T' || worst_tier as worst_tier from api.bay order by id limit 200;
