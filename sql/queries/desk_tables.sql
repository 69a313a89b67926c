select id, rows, bound, evicted, expired from api.engine_table order by id;
