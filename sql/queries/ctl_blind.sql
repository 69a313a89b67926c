-- What cannot be seen or believed, for people.
select what, text from api.blind order by what, subject limit 1000;
