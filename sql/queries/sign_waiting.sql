select id, bytes from play.approved_command order by issued nulls last, id limit $1::int8;
