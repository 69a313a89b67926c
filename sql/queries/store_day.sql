-- $1 = midnight of the day, UTC.
select soc.alert_day(($1::timestamptz at time zone 'UTC')::date);
