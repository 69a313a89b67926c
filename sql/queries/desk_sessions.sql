-- Open ones first.
select id, person, account, vendor, asset, source_ip, ticket, soc.rfc3339(started) as started,
    soc.rfc3339(ended) as ended, soc.rfc3339(allowed_until) as allowed_until, state
from api.session s order by s.ended is null desc, s.started desc, s.id limit 200;
