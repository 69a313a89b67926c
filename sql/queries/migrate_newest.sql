select coalesce(max(n), 0)::int8 from soc.migration;
