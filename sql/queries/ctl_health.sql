-- What status says in words besides row 1: rules in quarantine first, then what was not counted or given up. The third
-- column is what `rules list` shows beside the rule of the second.
select case state when 'quarantine' then 'rule ' || id || ' quarantined: ' || reason || ' (' || title || ')'
        else 'rule ' || id || ': ' || said || ' (' || title || ')' end as line, id, said
from (select h.*, case state when 'quarantine' then 0 else 1 end as rank,
        concat_ws(', ', case state when 'quarantine' then 'in quarantine since ' || coalesce(soc.rfc3339(since), '?') || ': ' || reason
                when 'gone' then 'gone with its set' end,
            case when faults > 0 then faults || ' faults' end, case when dropped > 0 then dropped || ' hits without a value' end,
            case when evicted > 0 then evicted || ' given up for newer ones' end) as said
    from api.rule_health h) r
where said <> ''
union all
select line, '', '' from (select 'table ' || id || ': ' || evicted || ' rows given up for newer ones, bound ' || bound as line
    from api.engine_table where evicted > 0 order by id) t
limit 2000;
