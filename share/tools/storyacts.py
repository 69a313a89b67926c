# storyacts.py - the acts of the demo's story; every line of an act carries the act's own names.
# SPDX-License-Identifier: Apache-2.0
#
# So that an act can be removed or renamed by text: act one `moreau` and `203.0.113.77`, act two
# `10.20.40.54`, act four `fdc_adm`. Nothing of the background uses them. Act three is the gap of
# feeds/sensor-etch.rec.


def acts(g):
    outlived_window(g)
    rogue_host(g)
    credential_without_checkout(g)


def outlived_window(g):
    """A vendor's session outlives its window; sensor and agent on that tool say something too."""
    user, account, tool, vendor, hm = 'v.moreau', 'svc-moreau', 'LITHO-03', 'Asmx Lithography', g.hm
    away = '203.0.113.77'
    g.pm_window(hm('0:05'), 'PM-4410', tool, user, vendor, hm('0:30'), hm('1:20'), 'abe')
    g.teleport(hm('0:24'), 'access_request.create', 'T5000I', user, vendor, id='req-7190', roles=['tool-maint'], state='PENDING', reason='PM-4410')
    g.teleport(hm('0:31'), 'access_request.review', 'T5002I', user, vendor, id='req-7190', proposed_state='APPROVED', reviewer='abe', state='APPROVED')
    g.grant(hm('0:31:04'), 'grant.added', 'G-290', user, account, tool, vendor, 'PM-4410', hm('0:31:04'), hm('4:30'), 'abe')
    g.teleport(hm('0:40'), 'user.login', 'T1000I', user, vendor, method='local', success=True, addr__remote=away + ':51022')
    where = dict(vendor=vendor, login=account, sid='s-4410a7c2e1', server_hostname=tool, proto='ssh')
    g.teleport(hm('0:41'), 'session.start', 'T2000I', user, addr__remote=away + ':51024', addr__local=g.ip[tool] + ':3022', **where)
    late = ('1:24', '1:27', '1:31', '1:36', '1:41', '1:47', '1:52', '1:58', '2:06', '2:15', '2:27')
    for at in list(range(int(hm('0:42')), int(hm('1:19')), 95)) + [int(hm(x)) for x in late]:
        g.teleport(at + 0.4, 'session.command', 'T4000I', user, program='svcdiag', path='/opt/tool/bin/svcdiag', return_code=0, **where)
    g.teleport(hm('1:33'), 'scp', 'T3005I', user, action='upload', path='/opt/tool/calib/stage-moreau.bin', **where)
    for at in ('1:34', '1:38'):
        g.eve_alert('sensor-litho', hm(at), away, g.ip[tool], 5900, 9000120, 'FAB remote desktop to a tool computer past the broker',
                    'Potential Corporate Privacy Violation', 1)
    g.wazuh(hm('1:35'), tool, 12, 100220, 'Executable dropped on a tool computer', ['sysmon', 'windows'],
            {'win': {'eventdata': {'user': account, 'targetFilename': 'D:\\tool\\calib\\stage-moreau.exe', 'image': 'C:\\tool\\bin\\scp.exe'}}},
            'File created: stage-moreau.exe by svc-moreau')


def rogue_host(g):
    """An engineering laptop selects HSMS on a scanner, then a recipe nobody approved is written."""
    tool, src, hm = 'LITHO-05', '10.20.40.54', g.hm
    for at in ('2:32', '2:32:20', '2:33:05'):
        g.eve_alert('sensor-litho', hm(at), src, g.ip[tool], 5000, 9000101, 'FAB HSMS select from a host that is not listed', 'Policy violation', 1)
    name, rev = g.RECIPES['euv-scanner'][1]
    g.recipe_write(hm('2:36:30'), tool, name, rev + 1, g.digest(name, rev + 1, src), 'r.takeda', src)


def credential_without_checkout(g):
    """A privileged account logs on to a server; the vault handed nothing out."""
    host, user, src, hm = 'FDC-1', 'fdc_adm', g.ip['ENGPC-03'], g.hm
    g.sshd(hm('3:12'), host, 41877, f"Accepted password for {user} from {src} port 52110 ssh2")
    g.sshd(hm('3:12') + 0.1, host, 41877, f"pam_unix(sshd:session): session opened for user {user}(uid=1007) by (uid=0)")
    for at, command in (('3:13', '/usr/bin/cat /srv/fdc/limits.conf'), ('3:15', '/usr/bin/vi /srv/fdc/limits.conf'), ('3:17', '/usr/bin/systemctl reload fdc')):
        g.sudo(hm(at), host, user, command)
    g.sshd(hm('3:21'), host, 41877, f"pam_unix(sshd:session): session closed for user {user}")
