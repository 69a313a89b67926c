-- 6_api_triage.sql - what people do with groups, incidents and raw records.
-- SPDX-License-Identifier: Apache-2.0
--
-- The only way to write for people. Each function runs as the owner, looks at session_user only, and answers
-- with one text: 'ok', or 'refused CODE sentence' (read_raw: the bytes as hexadecimal).
set local role fabsoc_owner;

create or replace function api.ack_group(group_number text, note text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[group_number, note];
    g record := soc.group_fault(group_number, 'ack');
begin
    return soc.gate_end('ack_group', args, coalesce(soc.gate_fault('ack_group', args), g.fault), g.area);
end
$$;
comment on function api.ack_group(text, text) is 'I have seen it and own it';

create or replace function api.unack_group(group_number text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[group_number];
    g record := soc.group_fault(group_number, 'unack');
begin
    return soc.gate_end('unack_group', args, coalesce(soc.gate_fault('unack_group', args), g.fault,
        case when g.owner <> session_user and not soc.is('manager') then
            'group.owner only its owner or a manager gives a group back' end), g.area);
end
$$;
comment on function api.unack_group(text) is 'I give it back';

create or replace function api.shelve_group(group_number text, minutes text, reason text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[group_number, minutes, reason];
    g record := soc.group_fault(group_number, 'shelve');
begin
    return soc.gate_end('shelve_group', args, coalesce(soc.gate_fault('shelve_group', args), g.fault,
        case when coalesce(soc.number_of(minutes), 0) not between 1 and 1440 then
            'args.minutes the end lies between 1 and 1440 minutes ahead'
        when soc.one_line(reason) = '' then 'args.reason a reason is needed' end), g.area);
end
$$;
comment on function api.shelve_group(text, text, text) is 'put aside with a reason and an end';

create or replace function api.close_group(group_number text, reason text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[group_number, reason];
    g record := soc.group_fault(group_number, 'close');
begin
    return soc.gate_end('close_group', args, coalesce(soc.gate_fault('close_group', args), g.fault,
        case when soc.one_line(reason) = '' then 'args.reason a reason is needed' end), g.area);
end
$$;
comment on function api.close_group(text, text) is 'judged';

create or replace function api.take_incident(incident_number text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[incident_number];
    i record := soc.incident_fault(incident_number, '');
begin
    return soc.gate_end('take_incident', args, coalesce(soc.gate_fault('take_incident', args), i.fault), i.area);
end
$$;
comment on function api.take_incident(text) is 'I own it';

create or replace function api.move_incident(incident_number text, event text, reason text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[incident_number, event, reason];
    i record := soc.incident_fault(incident_number, coalesce(nullif(event, ''), '?'));
begin
    return soc.gate_end('move_incident', args, coalesce(soc.gate_fault('move_incident', args), i.fault,
        case when soc.one_line(reason) = '' and event in ('close', 'reopen') then
            'args.reason a reason is needed' end), i.area);
end
$$;
comment on function api.move_incident(text, text, text) is 'an event of incident.fsm';

create or replace function api.note(incident_number text, text text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[incident_number, text];
    i record := soc.incident_fault(incident_number, '');
begin
    -- A closed incident may still be written about.
    return soc.gate_end('note', args, coalesce(soc.gate_fault('note', args),
        case when i.fault like 'incident.closed%' then null else i.fault end,
        case when soc.one_line(text) = '' then 'args.text there is nothing to write down' end), i.area);
end
$$;
comment on function api.note(text, text) is 'a line in the timeline';

create or replace function api.record_call(incident_number text, phase text, person text, said text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[incident_number, phase, person, said];
    i record := soc.incident_fault(incident_number, '');
begin
    return soc.gate_end('record_call', args, coalesce(soc.gate_fault('record_call', args), i.fault,
        case when soc.one_line(person) = '' then 'args.person nobody is named' end), i.area);
end
$$;
comment on function api.record_call(text, text, text, text) is 'whom I called and what was said';

-- The bytes as hexadecimal; alert_id = its id or its number. No intent: the engine has nothing to do with it.
create or replace function api.read_raw(alert_id text) returns text
    language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
    as $$
declare
    args constant text[] := array[alert_id];
    fault text := soc.gate_fault('read_raw', args);
    a record;
begin
    if fault is null and alert_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
        select r.area, r.bytes into a from soc.raw r where r.alert_id = read_raw.alert_id::uuid;
    elsif fault is null then
        select r.area, r.bytes into a from soc.raw r join soc.alert l on l.id = r.alert_id
            where l.number = soc.number_of(read_raw.alert_id, 'A');
    end if;
    if fault is null and (not found or not soc.sees(a.area)) then
        fault := 'alert.unknown you see no alert with this id';
    end if;
    if fault is not null then
        return soc.gate_end('read_raw', args, fault, '');
    end if;
    perform audit.append(session_user::text, 'read', 'read_raw ' || alert_id, format('%s bytes', octet_length(a.bytes)));
    return encode(a.bytes, 'hex');
end
$$;
comment on function api.read_raw(text) is 'the record''s bytes as hexadecimal; the reading leaves a trace';
