select json_build_object('seq', seq, 'at', soc.rfc3339(at), 'actor', actor, 'kind', kind, 'subject', subject, 'text', text,
        'prev', encode(prev, 'hex'), 'hash', encode(hash, 'hex'))::text,
    concat_ws(E'\t', seq, soc.rfc3339(at), actor, kind, subject, replace(text, E'\t', ' ')), seq::text
from api.audit_entry e where e.seq > soc.number_of($1::text) order by e.seq limit 1000;
