select id, name, kind, records, undecoded, unknown, late, dead, skipped_bytes, soc.rfc3339(newest) as newest, silent
from api.source s order by s.silent desc, s.name limit 500;
