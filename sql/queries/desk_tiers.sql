select 'T' || tier as tier, open, new_hour, soc.rfc3339(oldest) as oldest, late, due_soon, wph, worst_incident, worst_asset
from api.tier_row order by tier;
