insert into soc.roster_duty (person, function, area, from_time, to_time, deputy)
values ($1::text, $2::text, $3::text, coalesce($4::timestamptz, '-infinity'), coalesce($5::timestamptz, 'infinity'), $6::bool);
