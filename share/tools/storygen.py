#!/usr/bin/python3
# storygen.py - writes the demo's recorded story: background of a fab at work, and four acts in it.
# SPDX-License-Identifier: Apache-2.0
#
# Run by hand from the top of the tree; its output in share/demo/story/feeds/ is what is committed.
# Same seed, same bytes. The fab is share/demo/story/fab.yaml. What is told: share/doc/STORY.md.
import datetime, hashlib, heapq, json, os, random, sys
import yaml

sys.dont_write_bytecode = True
START = datetime.datetime(2026, 11, 2, tzinfo=datetime.timezone.utc)
HOURS = 4
END = HOURS * 3600.0
LAG = {'agents': 0.6, 'teleport': 0.25, 'vault': 0.12, 'lots': 0.2, 'tools': 0.15, 'recipes': 0.2, 'windows': 0.3, 'grants': 0.3}
rnd = random.Random(20261102)
feeds = {}


def dt(t):
    return START + datetime.timedelta(microseconds=round(t * 1e6))


def iso(t):
    return dt(t).strftime('%Y-%m-%dT%H:%M:%S.%fZ')


def isos(t):
    return dt(t).strftime('%Y-%m-%dT%H:%M:%SZ')


def bsd(t):
    d = dt(t)
    return f"{d:%b} {d.day:2d} {d:%H:%M:%S}"


def hm(s):
    p = [int(x) for x in s.split(':')]
    return p[0] * 3600.0 + p[1] * 60 + (p[2] if len(p) > 2 else 0)


def put(feed, t, raw):
    """One record: event time t, received a little later; past the end nothing is recorded."""
    recv = t + LAG.get(feed, 0.03) + rnd.random() * 0.02
    if 0 <= t and recv < END - 1:
        feeds.setdefault(feed, []).append((t, recv, raw if isinstance(raw, str) else
                                           json.dumps(raw, separators=(',', ':'), ensure_ascii=False)))


fab = yaml.safe_load(open('share/demo/story/fab.yaml', encoding='utf-8'))
assets = {a['id']: a for a in fab['assets']}
ip = {k: a['ips'][0] for k, a in assets.items()}
area = {b['id']: b['area'] for b in fab['bays']}
area = {k: area[a['bay']] for k, a in assets.items()}
tools = [k for k, a in assets.items() if a.get('wph')]
by_kind = {}
for k in tools:
    by_kind.setdefault(assets[k]['kind'], []).append(k)
SENSOR = {'litho': 'litho', 'metrology': 'litho', 'etch': 'etch', 'film': 'etch', 'cmp': 'etch',
          'diffusion': 'etch', 'implant': 'etch', 'systems': 'core', 'facilities': 'core',
          'dmz': 'dmz', 'engineering': 'dmz'}


def sensor_of(asset):
    return 'sensor-' + SENSOR[area[asset]]


# ---- record shapes, one function a source

def eve(sensor, t, kind, src, sport, dst, dport, proto='TCP', app=None, **more):
    r = {'timestamp': dt(t).strftime('%Y-%m-%dT%H:%M:%S.%f+0000'), 'flow_id': rnd.getrandbits(50),
         'in_iface': 'span0', 'event_type': kind, 'src_ip': src, 'src_port': sport, 'dest_ip': dst,
         'dest_port': dport, 'proto': proto}
    if app:
        r['app_proto'] = app
    r.update(more)
    r['host'] = sensor
    put(sensor, t, r)


def flow(sensor, t, src, dst, dport, app, dur, up, down, proto='TCP'):
    eve(sensor, t, 'flow', src, rnd.randrange(32768, 61000), dst, dport, proto, app,
        flow={'pkts_toserver': up // 400 + 1, 'pkts_toclient': down // 700 + 1, 'bytes_toserver': up,
              'bytes_toclient': down, 'start': dt(t - dur).strftime('%Y-%m-%dT%H:%M:%S.%f+0000'),
              'age': int(dur), 'state': 'closed'})


def eve_alert(sensor, t, src, dst, dport, sid, signature, category, severity, app='failed'):
    eve(sensor, t, 'alert', src, rnd.randrange(32768, 61000), dst, dport, 'TCP', app,
        alert={'action': 'allowed', 'gid': 1, 'signature_id': sid, 'rev': 2, 'signature': signature,
               'category': category, 'severity': severity})


wazuh_n = [0]


def wazuh(t, host, level, rule, text, groups, data, full_log):
    wazuh_n[0] += 1
    put('agents', t, {'timestamp': dt(t).strftime('%Y-%m-%dT%H:%M:%S.') + f"{dt(t).microsecond // 1000:03d}+0000",
                      'rule': {'level': level, 'description': text, 'id': str(rule), 'firedtimes': wazuh_n[0] % 90 + 1,
                               'mail': level >= 12, 'groups': groups},
                      'agent': {'id': f"{list(assets).index(host) + 1:03d}", 'name': host.lower(), 'ip': ip[host]},
                      'manager': {'name': 'wazuh-f1'}, 'id': f"f1.{wazuh_n[0]:06d}", 'decoder': {'name': 'fab'},
                      'data': data, 'full_log': full_log, 'location': 'EventChannel'})


uid_n = [0]


def teleport(t, event, code, user, vendor=None, **more):
    uid_n[0] += 1
    r = {'event': event, 'code': code, 'time': iso(t)[:23] + 'Z', 'uid': f"{uid_n[0]:08x}-{rnd.getrandbits(32):08x}",
         'ei': 0, 'cluster_name': 'f1-pam', 'user': user}
    r.update({k.replace('__', '.'): v for k, v in more.items()})
    if vendor:
        r['user_traits'] = {'vendor': [vendor]}
    put('teleport', t, r)


def vault(t, code, name, actor, station, account, target, ticket=''):
    put('vault', t, f'<5>1 {isos(t)} VAULT-1 CEF:0|Cyber-Ark|Vault|12.6.0000|{code}|{name}|5|act="{name}" suser={actor} '
        f'fname=Root\\\\F1-{area[target].upper()}-SSH-{target.lower()}-{account} dvc={ip["VAULT-1"]} shost={station} '
        f'dhost={target.lower()} duser={account} app=SSH reason={ticket or "rotation"} cs1Label="Affected User Name" cs1={account} '
        f'cs2Label="Safe Name" cs2=F1-{area[target].upper()} cn2Label="Ticket Id" cn2={ticket}')


def sshd(t, host, pid, text):
    put('sshd', t, f"<86>{bsd(t)} {host.lower()} sshd[{pid}]: {text}")


def sudo(t, host, user, command):
    put('sudo', t, f"<85>{bsd(t)} {host.lower()} sudo: {user:>8} : TTY=pts/{rnd.randrange(4)} ; PWD=/home/{user} ; USER=root ; COMMAND={command}")


def syslog(feed, t, host, app, text, pri=30, pid=None):
    put(feed, t, f"<{pri}>1 {iso(t)} {host.lower()} {app} {pid or '-'} - - {text}")


def tool_state(t, tool, state, before, by, window=None):
    r = {'time': iso(t), 'type': 'tool.state', 'tool': tool, 'state': state, 'previous': before, 'user': by.lower()}
    if window:
        r['window'] = window
    put('tools', t, r)


def lot(t, lot_id, tool, what, wafers, recipe_name=None, qtime_end=None):
    r = {'time': iso(t), 'type': 'lot.' + what, 'lot': lot_id, 'tool': tool, 'wafers': wafers}
    if recipe_name:
        r['recipe'] = recipe_name
    if qtime_end is not None:
        r['qtime_end'] = isos(qtime_end)
    put('lots', t, r)


def recipe_approved(t, name, revision, sha, approver):
    put('recipes', t, {'time': iso(t), 'type': 'recipe.approved', 'recipe': name, 'revision': revision, 'digest': sha, 'approver': approver})


def recipe_write(t, tool, name, revision, sha, user, source_ip):
    put('recipes', t, {'time': iso(t), 'type': 'recipe.write', 'tool': tool, 'recipe': name, 'revision': revision, 'digest': sha,
                       'user': user, 'from': source_ip})


def pm_window(t, wid, tool, person, vendor, opens, closes, approver):
    put('windows', t, {'time': iso(t), 'type': 'pm.approved', 'window': wid, 'tool': tool, 'person': person, 'vendor': vendor,
                       'start': isos(opens), 'end': isos(closes), 'actions': ['login', 'session', 'command', 'transfer', 'calibrate'],
                       'approver': approver})


def grant(t, what, gid, person, account, tool, vendor, ticket, begins, ends, approver):
    put('grants', t, {'time': iso(t), 'type': what, 'grant': gid, 'window': ticket, 'tool': tool, 'account': account, 'person': person,
                      'vendor': vendor, 'start': isos(begins), 'end': isos(ends), 'actions': ['login'], 'approver': approver})


# ---- people at work

ADMINS = [('k.mori', 'mes_adm', ['MES-1', 'MES-2', 'MESDB-1'], 'ENGPC-01'), ('t.aoki', 'rms_adm', ['RMS-1'], 'ENGPC-02'),
          ('n.arai', 'eap_adm', ['EAP-LITHO', 'EAP-ETCH', 'EAP-DIFF', 'EAP-FILM', 'EAP-METRO'], 'ENGPC-04'),
          ('y.ono', 'hist_adm', ['HIST-1', 'HIST-2', 'HIST-3', 'APC-1'], 'ENGPC-05'),
          ('s.hirano', 'net_adm', ['FILEGW-1', 'FILEGW-2', 'FILEGW-3', 'NTP-1'], 'ENGPC-06'),
          ('m.baba', 'win_adm', ['JUMP-01', 'JUMP-02', 'JUMP-03', 'WSUS-1'], 'ENGPC-07')]
COMMANDS = ['/usr/bin/systemctl status mes-dispatch', '/usr/bin/journalctl -u eap --since -1h', '/usr/bin/df -h',
            '/usr/bin/systemctl restart eap-spool', '/usr/bin/tail -n 200 /var/log/mes/dispatch.log', '/usr/bin/ss -tnp',
            '/usr/bin/rsync -a /var/spool/eda/ hist-1:/data/eda/', '/usr/sbin/logrotate -f /etc/logrotate.d/rms',
            '/usr/bin/ls -l /srv/recipes', '/usr/bin/vgs']


def admin_session(t, person, account, host, pc, length):
    """With the privileged account: checkout, logon, commands, logoff, new password. Else the own name,
    sometimes mistyped first."""
    pid, sport, src = rnd.randrange(1200, 60000), rnd.randrange(40000, 61000), ip[pc]
    privileged = rnd.random() < 0.6
    at = t + 6 + rnd.random() * 20
    if privileged:
        ticket = f"CHG-{rnd.randrange(7000, 7999)}"
        vault(t, 308, 'Use Password', person, src, account, host, ticket)
        vault(at + length + 90 + rnd.random() * 200, 24, 'CPM Change Password', 'PasswordManager', ip['VAULT-1'], account, host)
    else:
        account = person
        if rnd.random() < 0.15:
            sshd(at, host, pid, f"Failed password for {account} from {src} port {sport} ssh2")
            at += 4 + rnd.random() * 6
    sshd(at, host, pid, f"Accepted password for {account} from {src} port {sport} ssh2")
    sshd(at + 0.06, host, pid, f"pam_unix(sshd:session): session opened for user {account}(uid={1000 + len(account)}) by (uid=0)")
    n = rnd.randrange(1, 7)
    for i in range(n):
        sudo(at + 15 + (length - 30) * (i + rnd.random()) / n, host, account, rnd.choice(COMMANDS))
    flow(sensor_of(host), at + length, src, ip[host], 22, 'ssh', length, 9000 + rnd.randrange(40000), 20000 + rnd.randrange(300000))
    sshd(at + length, host, pid, f"Disconnected from user {account} {src} port {sport}")
    sshd(at + length + 0.02, host, pid, f"pam_unix(sshd:session): session closed for user {account}")


def shift_rate(t):
    """Day shift begins at nine local time (0 h), noon dip at 3 h."""
    h = t / 3600
    return 1.5 if h < 0.7 else 0.45 if 3.0 <= h < 3.8 else 1.0


def people():
    for person, account, hosts, pc in ADMINS:
        for host in hosts:
            t = 40 + rnd.random() * 900
            while t < END - 1100:
                length = 60 + rnd.expovariate(1 / 240)
                admin_session(t, person, account, host, pc, min(length, 900))
                t += min(length, 900) + (160 + rnd.expovariate(1 / 400)) / shift_rate(t)
    # wrong names and forgotten passwords, never many from one place
    t = 100.0
    while t < END:
        host, pc = rnd.choice(['HIST-1', 'FILEGW-1', 'MES-2', 'RMS-1']), rnd.choice(['ENGPC-03', 'ENGPC-08', 'ENGNB-01', 'ENGNB-02'])
        user, pid, sport = rnd.choice(['h.sano', 'guest', 'j.kudo', 'y.imai']), rnd.randrange(1200, 60000), rnd.randrange(40000, 61000)
        sshd(t, host, pid, f"Invalid user {user} from {ip[pc]} port {sport}")
        sshd(t + 1.2, host, pid, f"Failed password for invalid user {user} from {ip[pc]} port {sport} ssh2")
        sshd(t + 3.0, host, pid, f"Connection closed by invalid user {user} {ip[pc]} port {sport} [preauth]")
        t += 300 + rnd.expovariate(1 / 700)


# ---- vendors in their PM windows, as it should be

VENDOR = {'asmx': 'Asmx Lithography', 'telx': 'Telx Etch', 'kokx': 'Kokx Thermal', 'kltx': 'Kltx Metrology'}
sessions = [0]


def vendor_visit(wid, tool, user, vendor, account, opens, closes, start, stop, approver, source):
    sessions[0] += 1
    sid, gid, req = f"s-{rnd.getrandbits(40):010x}", f"G-{200 + sessions[0]}", f"req-{7100 + sessions[0]}"
    pm_window(max(3.0, opens - 2400), wid, tool, user, VENDOR[vendor], opens, closes, approver)
    teleport(start - 600, 'access_request.create', 'T5000I', user, id=req, roles=['tool-maint'], state='PENDING', reason=wid)
    teleport(start - 420, 'access_request.review', 'T5002I', user, id=req, proposed_state='APPROVED', reviewer=approver, state='APPROVED')
    grant(start - 415, 'grant.added', gid, user, account, tool, VENDOR[vendor], wid, start - 415, closes, approver)
    teleport(start - 40, 'user.login', 'T1000I', user, method='local', success=True, addr__remote=f"{source}:{rnd.randrange(40000, 60000)}")
    where = dict(vendor=VENDOR[vendor], login=account, sid=sid, server_hostname=tool, proto='ssh')
    teleport(start, 'session.start', 'T2000I', user, addr__remote=f"{source}:{rnd.randrange(40000, 60000)}",
             addr__local=f"{ip[tool]}:3022", **where)
    t = start + 30
    while t < stop - 20:
        teleport(t, 'session.command', 'T4000I', user, program=rnd.choice(['svcdiag', 'calib', 'tail', 'statdump']),
                 path='/opt/tool/bin/' + rnd.choice(['svcdiag', 'calib', 'statdump']), return_code=0, **where)
        if rnd.random() < 0.06:
            teleport(t + 4, 'scp', 'T3005I', user, action='upload', path=f"/opt/tool/calib/{rnd.randrange(100, 999)}.dat", **where)
        t += 12 + rnd.expovariate(1 / 25)
    flow(sensor_of(tool), stop, ip['PAM-1'], ip[tool], 22, 'ssh', stop - start, 200000, 900000)
    teleport(stop, 'session.end', 'T2004I', user, **where)
    grant(closes - 1, 'grant.removed', gid, user, account, tool, VENDOR[vendor], wid, start - 415, closes, approver)


VISITS = [  # window, tool, user, vendor, account, opens, closes, session from, to, approver, source
    ('PM-4401', 'ETCH-02', 'v.okafor', 'telx', 'svc-etch', '0:20', '1:30', '0:29', '1:17', 'okada', '198.51.100.20'),
    ('PM-4402', 'DIFF-05', 'v.lindt', 'kokx', 'svc-therm', '0:45', '2:15', '0:58', '2:02', 'ueda', '198.51.100.31'),
    ('PM-4403', 'CDSEM-02', 'v.park', 'kltx', 'svc-metro', '1:05', '2:00', '1:11', '1:51', 'ishii', '198.51.100.44'),
    ('PM-4404', 'CVD-03', 'v.lindt', 'kokx', 'svc-therm', '2:30', '3:30', '2:40', '3:21', 'okada', '198.51.100.31'),
    ('PM-4405', 'ETCH-08', 'v.okafor', 'telx', 'svc-etch', '2:10', '3:10', '2:18', '2:59', 'endo', '198.51.100.20'),
    ('PM-4406', 'INSP-01', 'v.park', 'kltx', 'svc-metro', '2:55', '3:50', '3:02', '3:41', 'ishii', '198.51.100.44'),
    ('PM-4407', 'LITHO-01', 'v.duarte', 'asmx', 'svc-scan', '2:45', '3:45', '2:53', '3:36', 'abe', '198.51.100.57'),
]
VISITS = [(w, tl, u, v, a, hm(o), hm(c), hm(s), hm(e), ap, src) for w, tl, u, v, a, o, c, s, e, ap, src in VISITS]
ACT1_WINDOW = ('PM-4410', 'LITHO-03', hm('0:30'), hm('1:20'))
DOWN = {tl: [(o, c)] for _, tl, _, _, _, o, c, *_ in VISITS}
DOWN.setdefault(ACT1_WINDOW[1], []).append(ACT1_WINDOW[2:])


def windows_and_vendors():
    for v in VISITS:
        vendor_visit(*v)


# ---- lots through tools

MINUTES = {'wet-bench': (9, 14, 3), 'furnace': (34, 46, 4), 'track': (6, 9, 1), 'scanner': (7, 11, 1), 'euv-scanner': (9, 13, 1),
           'overlay': (9, 14, 1), 'etcher': (12, 20, 2), 'stripper': (9, 13, 2), 'cvd': (14, 22, 2), 'pvd': (15, 24, 2),
           'polisher': (18, 26, 2), 'cd-sem': (10, 18, 1), 'inspection': (16, 26, 1), 'implanter': (9, 15, 1)}
ROUTES = [['wet-bench', 'furnace', 'track', 'scanner', 'overlay', 'etcher', 'stripper', 'cd-sem'],
          ['wet-bench', 'cvd', 'polisher', 'inspection', 'track', 'euv-scanner', 'overlay', 'etcher', 'stripper'],
          ['track', 'scanner', 'implanter', 'stripper', 'wet-bench', 'furnace', 'inspection'],
          ['pvd', 'polisher', 'wet-bench', 'cd-sem', 'track', 'scanner', 'etcher', 'stripper', 'inspection']]
RECIPES = {k: [(f"{k.upper()}/P{n}-{rnd.choice('ABCD')}{n * 3}", rnd.randrange(3, 30)) for n in range(1, 5)] for k in MINUTES}


def digest(name, revision, salt='golden'):
    return hashlib.sha256(f"{salt}/{name}/{revision}".encode()).hexdigest()


def eap_of(tool):
    return next(k for k in assets if ip[k] == assets[tool]['hosts'][0])


def is_down(tool, t, until):
    return any(t < c and until > o for o, c in DOWN.get(tool, []))


class Tool:
    def __init__(self, name):
        self.name, self.busy, self.queue, self.state = name, 0, [], 'standby'

    def become(self, t, state):
        if state != self.state:
            tool_state(t, self.name, state, self.state, eap_of(self.name))
            self.state = state


def lots():
    state = {k: Tool(k) for k in tools}
    heap, order = [], [0]

    def at(t, fn, *args):
        order[0] += 1
        heapq.heappush(heap, (t, order[0], fn, args))

    def choose(kind):
        return min((state[k] for k in by_kind[kind]), key=lambda s: (len(s.queue) + s.busy + (3 if s.state == 'scheduled_down' else 0), rnd.random()))

    def arrive(t, one):
        kind = one['route'][one['step'] % len(one['route'])]
        s = choose(kind)
        one['tool'], one['since'] = s, t
        q = one['qend'] if kind in ('furnace', 'scanner', 'wet-bench') else None
        lot(t, one['id'], s.name, 'queued', one['wafers'], None, q)
        s.queue.append(one)
        at(t + 8 + rnd.random() * 30, serve, s)

    def serve(t, s):
        lo, hi, room = MINUTES[assets[s.name]['kind']]
        while s.queue and s.busy < room and not is_down(s.name, t, t + 60) and s.state != 'unscheduled_down':
            one = s.queue.pop(0)
            kind = assets[s.name]['kind']
            name, rev = rnd.choice(RECIPES[kind])
            if rnd.random() < 0.5:
                recipe_write(t - 2 - rnd.random(), s.name, name, rev, digest(name, rev), 'rms', ip['RMS-1'])
            s.busy += 1
            s.become(t, 'productive')
            lot(t + 0.8, one['id'], s.name, 'track_in', one['wafers'], name, one['qend'] if kind in ('furnace', 'scanner') else None)
            at(t + 60 * (lo + rnd.random() * (hi - lo)), leave, s, one)

    def leave(t, s, one):
        s.busy -= 1
        lot(t, one['id'], s.name, 'track_out', one['wafers'])
        one['qend'] = {'wet-bench': t + 4 * 3600, 'track': t + 3 * 3600, 'polisher': t + 2 * 3600}.get(assets[s.name]['kind'])
        one['step'] += 1
        at(t + 100 + rnd.random() * 260, arrive, one)
        at(t + 20 + rnd.random() * 25, idle, s)
        at(t + 2, serve, s)

    def idle(t, s):
        if s.busy == 0 and s.state == 'productive':
            s.become(t, 'standby')

    def down(t, s, state_name, until):
        s.become(t, state_name)
        at(until, up, s)

    def up(t, s):
        s.become(t, 'productive' if s.busy else 'standby')
        serve(t + 1, s)

    for name in tools:
        tool_state(0.5 + rnd.random() * 4, name, 'standby', 'standby', eap_of(name))
    for i in range(190):
        one = {'id': f"N{4400 + i // 4}.{i % 4 + 1:02d}", 'wafers': rnd.choice([25, 25, 25, 24, 23]), 'route': ROUTES[i % 4],
               'step': rnd.randrange(9), 'qend': None}
        at(60 + rnd.random() * 900, arrive, one)
    for name, spans in DOWN.items():
        for o, c in spans:
            at(o, down, state[name], 'scheduled_down', c)
    for name, o, length in (('STRIP-02', hm('1:44'), 1500), ('WET-05', hm('2:52'), 1100)):
        at(o, down, state[name], 'unscheduled_down', o + length)
    for name, o, length in (('INSP-03', hm('0:25'), 2400), ('CMP-04', hm('3:05'), 1500)):
        at(o, down, state[name], 'engineering', o + length)
    while heap and heap[0][0] < END:
        t, _, fn, args = heapq.heappop(heap)
        fn(t, *args)


def approved_recipes():
    t = 1.0
    for kind in RECIPES:
        for name, rev in RECIPES[kind]:
            recipe_approved(t, name, rev, digest(name, rev), rnd.choice(['fujita', 'maeda']))
            t += 0.3


# ---- the wire, the switches, the office

def every(period, spread, fn, first=None):
    t = rnd.random() * period if first is None else first
    while t < END:
        fn(t)
        t += period * (1 - spread / 2 + spread * rnd.random())


def wire():
    for k in tools:
        every(115, 0.5, lambda t, k=k: flow(sensor_of(k), t, assets[k]['hosts'][0], ip[k], 5000, 'failed', 100 + rnd.random() * 15,
                                            4000 + rnd.randrange(9000), 30000 + rnd.randrange(90000)))
    servers = [k for k in assets if assets[k]['bay'] == 'SERVERS' and assets[k]['kind'] not in ('core-switch', 'access-switch')]
    for k in servers:
        every(64, 0.8, lambda t, k=k: flow('sensor-core', t, ip[k], ip['MESDB-1' if k != 'MESDB-1' else 'HIST-1'], 1521, 'failed',
                                            20 + rnd.random() * 60, 2000 + rnd.randrange(40000), 9000 + rnd.randrange(200000)))
        every(150, 0.8, lambda t, k=k: eve('sensor-core', t, 'dns', ip[k], rnd.randrange(32768, 61000), ip['DC-1'], 53, 'UDP', 'dns',
                                           dns={'type': 'query', 'id': rnd.randrange(65536), 'rrname': rnd.choice(servers).lower() + '.f1.fab',
                                                'rrtype': 'A', 'tx_id': 0}))
    offices = [k for k in assets if assets[k]['bay'] == 'OFFICE' and k != 'ENGNB-04']
    for k in offices:
        every(64, 1.0, lambda t, k=k: eve('sensor-dmz', t, 'tls', ip[k], rnd.randrange(32768, 61000), ip[rnd.choice(['FILEGW-1', 'FILEGW-2', 'FILEGW-3'])],
                                          443, 'TCP', 'tls', tls={'subject': 'CN=filegw.f1.fab', 'issuerdn': 'CN=F1 Fab CA', 'version': 'TLS 1.3',
                                                                  'sni': 'filegw.f1.fab'}))
        every(150, 1.0, lambda t, k=k: eve('sensor-dmz', t, 'dns', ip[k], rnd.randrange(32768, 61000), ip['DC-2'], 53, 'UDP', 'dns',
                                           dns={'type': 'query', 'id': rnd.randrange(65536), 'rrname': rnd.choice(['filegw', 'wsus-1', 'mail', 'wiki', 'rms-1']) + '.f1.fab',
                                                'rrtype': 'A', 'tx_id': 0}))
    for i in (1, 2, 3, 4):
        every(90, 0.6, lambda t, i=i: flow('sensor-core', t, ip['MCS-1'], ip[f'STK-{i:02d}'], 5000, 'failed', 60, 3000, 9000))
    for s in ('litho', 'etch', 'core', 'dmz'):
        up = [86400 + rnd.randrange(90000)]

        def beat(t, s=s, up=up):
            put('sensor-' + s, t, {'timestamp': dt(t).strftime('%Y-%m-%dT%H:%M:%S.%f+0000'), 'event_type': 'stats', 'host': 'sensor-' + s,
                                   'stats': {'uptime': up[0] + int(t), 'capture': {'kernel_packets': int(900 * t) + rnd.randrange(99), 'kernel_drops': 0}}})
        every(60, 0.0, beat)


def low_alerts():
    """What a sensor says all day about offices; severity 3, nothing to do."""
    every(500, 1.0, lambda t: eve_alert('sensor-dmz', t, ip[rnd.choice(['ENGNB-01', 'ENGNB-02'])], ip['ENGPC-08'],
                                        5355, 9000301, 'FAB office name resolution by broadcast', 'Not Suspicious Traffic', 3))


def network():
    for sw in ('sw-1', 'sw-2', 'core-1'):
        every(45, 1.0, lambda t, sw=sw: syslog('network', t, sw, 'ntpd', f"synchronised to {ip['NTP-1']}, stratum 2, offset {rnd.uniform(-0.4, 0.4):.3f} ms", 30, 312))
        every(120, 1.0, lambda t, sw=sw: syslog('network', t, sw, 'stp', 'topology unchanged, root core-1', 190))
        every(70, 1.0, lambda t, sw=sw: syslog('network', t, sw, 'lldpd', f"neighbour refreshed on gi1/0/{rnd.randrange(1, 40)}", 190, 88))

    def flap(t):
        pc, port = rnd.choice([(k, assets[k]['port']) for k in assets if assets[k]['bay'] == 'OFFICE' and k != 'ENGNB-04'])
        sw, p = port.split('/', 1)
        syslog('network', t, sw, 'link', f"{p} changed state to down", 189)
        syslog('network', t + 3, sw, 'link', f"{p} changed state to up, 1000 Mbit/s, {pc.lower()}", 189)
    every(240, 1.0, flap)
    for unit, text in (('UPW-1', 'resistivity {:.2f} MOhm cm, TOC 0.6 ppb'), ('PCW-1', 'supply {:.2f} C, return ok'), ('HVAC-1', 'bay pressure +{:.2f} Pa')):
        every(16, 0.3, lambda t, unit=unit, text=text: syslog('facility', t, 'fmcs-1', unit.lower(), text.format(18.1 + rnd.random() * 0.2), 134))
    for k in ('GAS-01', 'GAS-02', 'EXH-1'):
        every(30, 0.1, lambda t, k=k: syslog('facility', t, 'fmcs-1', k.lower(), 'heartbeat, all points normal', 134))


def office_agents():
    hosts = [k for k in assets if assets[k]['bay'] == 'OFFICE' and k != 'ENGNB-04'] + ['WSUS-1']
    logons = [(3, 60106, 'Windows logon success', ['windows', 'authentication_success'], 'An account was successfully logged on'),
              (3, 60137, 'Windows user logoff', ['windows'], 'An account was logged off'),
              (3, 61104, 'Service startup type was changed', ['windows', 'system'], 'The start type of the BITS service was changed'),
              (5, 60122, 'Logon failure - unknown user or bad password', ['windows', 'authentication_failed'], 'An account failed to log on'),
              (3, 19007, 'CIS benchmark check passed', ['sca'], 'sca check'),
              (5, 550, 'Integrity checksum changed', ['syscheck'], 'File modified: C:\\\\ProgramData\\\\edr\\\\state.db')]
    users = {k: rnd.choice(['h.sano', 'j.kudo', 'y.imai', 'c.fujii', 'd.nagai']) for k in hosts}

    # An office host says the same two things all day: what repeats folds into few groups.
    says = {k: rnd.sample(logons, 2) for k in hosts}

    def one(t):
        host = rnd.choice(hosts)
        level, rule, text, groups, log = rnd.choice(says[host])
        wazuh(t, host, level, rule, text, groups, {'win': {'eventdata': {'targetUserName': users[host], 'ipAddress': ip[host]}}}, log)
    t = 2.0
    while t < END:
        one(t)
        t += min(90, rnd.expovariate(1 / 16.0) / shift_rate(t))


def teleport_staff():
    """Engineers on servers through the broker, short sessions, all day."""
    t = 20.0
    while t < END - 700:
        person, account, hosts, pc = rnd.choice(ADMINS)
        host, sid, length = rnd.choice(hosts), f"s-{rnd.getrandbits(40):010x}", 90 + rnd.random() * 500
        where = dict(login=account, sid=sid, server_hostname=host, proto='ssh')
        teleport(t - 8, 'user.login', 'T1000I', person, method='local', success=True, addr__remote=f"{ip[pc]}:{rnd.randrange(40000, 60000)}")
        teleport(t, 'session.start', 'T2000I', person, addr__remote=f"{ip[pc]}:{rnd.randrange(40000, 60000)}", addr__local=f"{ip[host]}:3022", **where)
        for i in range(rnd.randrange(2, 8)):
            teleport(t + 5 + i * length / 9, 'session.command', 'T4000I', person, program='sh', path='/usr/bin/' + rnd.choice(['tail', 'less', 'top', 'grep']), return_code=0, **where)
        teleport(t + length, 'session.end', 'T2004I', person, **where)
        t += 60 + rnd.expovariate(1 / 110) / shift_rate(t)


from storyacts import acts  # noqa: E402  (kept apart: what an evaluator changes)


def silence(feed, begin, end):
    """Act three: nothing of this feed is received in between."""
    feeds[feed] = [x for x in feeds[feed] if not begin <= x[1] < end]


def write():
    total = size = 0
    gap = {}
    out = 'share/demo/story/feeds'
    os.makedirs(out, exist_ok=True)
    for name, lines in sorted(feeds.items()):
        lines.sort(key=lambda x: x[0])
        last = 0.0
        with open(f"{out}/{name}.rec", 'w', encoding='utf-8', newline='\n') as f:
            for _, recv, raw in lines:
                last = max(recv, last + 2e-6)
                f.write(f"@{iso(last)} {raw}\n")
        gap[name] = max(b[1] - a[1] for a, b in zip(lines, lines[1:]))
        total += len(lines)
        size += os.path.getsize(f"{out}/{name}.rec")
        print(f"{name:14} {len(lines):6} {gap[name]:8.0f} s")
    print(f"{'all':14} {total:6} {size / 1e6:.1f} MB")
    story = open('share/demo/story/story.yaml', encoding='utf-8').read()
    for f in yaml.safe_load(story)['feeds']:
        name, limit = f['file'][:-4], f.get('silence')
        if limit and gap[name] > 60 * int(limit[:-1]) * 0.6 and name != 'sensor-etch':
            print(f"{name}: the longest gap comes near its silence limit {limit}", file=sys.stderr)


if __name__ == '__main__':
    for part in (approved_recipes, people, windows_and_vendors, lots, wire, low_alerts, network, office_agents, teleport_staff):
        part()
    acts(sys.modules[__name__])
    silence('sensor-etch', hm('1:50'), hm('2:40'))
    write()
