-- $1 = last seq seen.
select seq::text, soc.rfc3339(at), actor, kind, subject, text, encode(canonical, 'hex'), encode(prev, 'hex'), encode(hash, 'hex')
from api.audit_entry e where e.seq > soc.number_of($1::text) order by e.seq limit 1000;
