import { expect, test } from 'vitest';
import { formatAddress } from '../packet/address.ts';
import { formatPrefix } from '../packet/prefix.ts';
import { parseBridgeFdb } from './bridge-fdb.ts';
import { parseNstat } from './nstat.ts';
import { parseSnapshotJson } from './snapshot-json.ts';
import { parseSubnetEnv } from './subnet-env.ts';
import { parseSysctl } from './sysctl.ts';
import { parseUname } from './uname.ts';

const WHOLE = `net.ipv4.conf.all.rp_filter = 1
net.ipv4.conf.default.rp_filter = 0
net.ipv4.conf.flannel/1.rp_filter = 2
net.ipv4.conf.lo.rp_filter = 0
net.ipv4.ip_forward = 1
net.ipv4.tcp_rmem = 4096\t131072\t6291456
net.ipv6.conf.all.forwarding = 0
`;

test('reads sysctls as they are printed', () => {
  const { value, issues } = parseSysctl(WHOLE, 'sysctl.txt');
  expect(issues).toEqual([]);
  expect(value.complete).toBe(true);
  expect(value.values.get('net.ipv4.conf.flannel/1.rp_filter')).toMatchObject({
    value: '2',
    source: { file: 'sysctl.txt', line: 3 },
  });
  expect(value.values.get('net.ipv4.tcp_rmem')?.value).toBe('4096 131072 6291456');
});

test('reads keys with slashes, as /proc/sys writes them', () => {
  const { value } = parseSysctl('net/ipv4/conf/flannel.1/rp_filter = 2\n', 'f');
  expect([...value.values.keys()]).toEqual(['net.ipv4.conf.flannel/1.rp_filter']);
});

test.each([
  ['picked by hand', 'net.ipv4.ip_forward = 1\n'],
  ['cut inside a line', WHOLE.slice(0, -5)],
  ['cut between lines', `${WHOLE.split('\n').slice(0, 5).join('\n')}\n`],
])('does not take a listing for whole that is %s', (_name, text) => {
  expect(parseSysctl(text, 'f').value.complete).toBe(false);
});

test('drops a value that may be cut', () => {
  const { value, issues } = parseSysctl('net.a.b = 1\nnet.a.c = 12', 'f');
  expect([...value.values.keys()]).toEqual(['net.a.b']);
  expect(issues).toMatchObject([{ code: 'truncated', source: { line: 2 } }]);
});

test('reads counters in both forms', () => {
  const table =
    '#kernel\nIpInReceives                    7                  0.0\nTcpExtIPReversePathFilter 4 0.0\n';
  expect([...parseNstat(table, 'f').value]).toEqual([
    ['IpInReceives', 7],
    ['TcpExtIPReversePathFilter', 4],
  ]);
  expect([...parseNstat('{"kernel":{"IpInReceives":7}}', 'f').value]).toEqual([
    ['IpInReceives', 7],
  ]);
});

test('reads the release of uname', () => {
  expect(parseUname('Linux n1 6.18.44-fc #1 SMP x86_64 GNU/Linux\n', 'f').value).toMatchObject({
    hostname: 'n1',
    release: '6.18.44-fc',
  });
  expect(parseUname('4.4.0-31-generic\n', 'f').value?.release).toBe('4.4.0-31-generic');
  expect(parseUname('Darwin mac\n', 'f')).toMatchObject({
    value: undefined,
    issues: [{ code: 'unreadable-record' }],
  });
});

test('reads subnet.env', () => {
  const { value } = parseSubnetEnv(
    'FLANNEL_NETWORK=10.244.0.0/16\nFLANNEL_SUBNET=10.244.1.1/24\nFLANNEL_MTU=1472\nFLANNEL_IPMASQ=false\n',
    'f',
  );
  expect(value).toMatchObject({ mtu: 1472, masquerade: false, source: { line: 2 } });
  expect(value && formatPrefix(value.subnet)).toBe('10.244.1.1/24');
  expect(parseSubnetEnv('FLANNEL_MTU=1472\n', 'f')).toMatchObject({
    value: undefined,
    issues: [{ code: 'unreadable-record' }],
  });
});

test('keeps of an FDB what forwards', () => {
  const { value } = parseBridgeFdb(
    '[{"mac":"33:33:00:00:00:01","ifname":"eth0","flags":["self"],"state":"permanent"},' +
      '{"mac":"1E:12:D3:F7:70:2B","ifname":"flannel.1","dst":"192.168.10.12","flags":["self"],"state":"permanent"},' +
      '{"mac":"fa:91:c5:f5:a2:44","ifname":"veth1","flags":[],"master":"cni0","state":""}]',
    'f',
  );
  expect(
    value.map((e) => [e.mac, e.device, e.destination && formatAddress(e.destination), e.permanent]),
  ).toEqual([
    ['1e:12:d3:f7:70:2b', 'flannel.1', '192.168.10.12', true],
    ['fa:91:c5:f5:a2:44', 'veth1', null, false],
  ]);
});

test.each([
  ['absent', '{}', 'unknown'],
  ['empty', '{"filters":[]}', 'none'],
  ['given', '{"filters":[{"drop":"all"}]}', 'unknown'],
  ['no list', '{"filters":"none"}', 'unknown'],
])('underlay filters that are %s are %s', (_name, json, filters) => {
  const { value } = parseSnapshotJson(`{"collectedBy":"x","underlay":${json}}`, 'snapshot.json');
  expect(value.underlay?.filters).toBe(filters);
});

test('a segment may say for itself that it drops nothing', () => {
  const { value } = parseSnapshotJson(
    '{"underlay":{"segments":[{"name":"u0","members":[],"filters":[]},{"name":"u1","members":[]}]}}',
    'snapshot.json',
  );
  expect(value.underlay?.segments.map(({ filters }) => filters)).toEqual(['none', null]);
  expect(value.underlay?.filters).toBe('unknown');
});

test('reads declared segments and names a member it can not read', () => {
  const { value, issues } = parseSnapshotJson(
    '{"underlay":{"segments":[{"name":"u0","members":[{"node":"n1","device":"eth0"},{"node":"n2"}]}],"complete":true}}',
    'snapshot.json',
  );
  expect(value.underlay).toMatchObject({
    complete: true,
    segments: [{ name: 'u0', members: [{ node: 'n1', netns: null, device: 'eth0' }] }],
  });
  expect(issues.map((i) => i.code)).toEqual(['unreadable-record']);
});
