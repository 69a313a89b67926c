-- $1 number.
select id, number, title, 'T' || tier as tier, 'T' || base_tier as base_tier, 'T' || hazard as hazard, axes, state, owner, asset, area,
    soc.rfc3339(i."first") as "first", soc.rfc3339(i."last") as "last", soc.rfc3339(opened) as opened, alerts, source_kinds, why, score,
    wph, lots
from api.incident i where number = soc.number_of($1::text);
