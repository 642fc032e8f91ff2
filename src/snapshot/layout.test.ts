import { describe, expect, test } from 'vitest';
import { detectContent } from './detect-content.ts';
import { layOut } from './layout.ts';

const ROUTES = '[{"type":"unicast","dst":"10.0.0.0/8","dev":"eth0","table":"main","scope":"link"}]';
const NEIGH = '[{"dst":"10.0.0.1","dev":"eth0","lladdr":"02:00:00:00:00:01","state":["STALE"]}]';

const lay = (files: Readonly<Record<string, string>>) => {
  const { value, issues } = layOut(new Map(Object.entries(files)));
  return {
    places: value.netns.map((n) => `${n.node}/${n.netns ?? ''}: ${[...n.files.keys()].join(' ')}`),
    issues: issues.map((i) => `${i.severity} ${i.code} ${i.source.file}: ${i.detail}`),
    value,
  };
};

describe('places', () => {
  test('nodes, pods, Kubernetes lists, evidence and the declaration', () => {
    const { places, value, issues } = lay({
      'nodes/n2/ip-route.json': ROUTES,
      'nodes/n1/ip-route.json': ROUTES,
      'nodes/n1/netns/web/ip-neigh.json': NEIGH,
      'kubernetes/services.json': '{"kind":"List","items":[]}',
      'evidence/n1/kern.log': 'x',
      'truth/curl.txt': 'x',
      'snapshot.json': '{}',
    });
    expect(places).toEqual(['n1/: ip-route', 'n1/web: ip-neigh', 'n2/: ip-route']);
    expect([...value.kubernetes.keys()]).toEqual(['services']);
    expect(value.evidence).toEqual(['evidence/n1/kern.log']);
    expect(value.declaration?.file).toBe('snapshot.json');
    expect(issues).toEqual([]);
  });

  test('a folder around it all', () => {
    const { places } = lay({ 'tmp/x/nodes/n1/ip-route.json': ROUTES, 'tmp/x/snapshot.json': '{}' });
    expect(places).toEqual(['n1/: ip-route']);
  });

  test('files that lie in no folder are one node', () => {
    expect(lay({ 'ip-route.json': ROUTES }).places).toEqual(['node/: ip-route']);
  });

  test('a file that the format does not know is mentioned', () => {
    expect(lay({ 'nodes/n1/notes.md': 'x' }).issues).toEqual([
      'info unknown-file nodes/n1/notes.md: notes.md',
    ]);
  });
});

describe('content', () => {
  test('another tool in a file is named, and used when its own place is free', () => {
    const { places, issues } = lay({ 'nodes/n1/ip-route.json': NEIGH });
    expect(places).toEqual(['n1/: ip-neigh']);
    expect(issues).toEqual([
      'error wrong-content nodes/n1/ip-route.json: expected ip-route, found ip-neigh',
      'warning used-as-found nodes/n1/ip-route.json: ip-neigh',
    ]);
  });

  test('another tool in a file is left out when its own file is there', () => {
    const { places, issues } = lay({
      'nodes/n1/ip-route.json': NEIGH,
      'nodes/n1/ip-neigh.json': NEIGH,
    });
    expect(places).toEqual(['n1/: ip-neigh']);
    expect(issues).toHaveLength(1);
  });

  test('rules of nft may be there as text, and JSON is read where both are', () => {
    const json = '{"nftables": []}';
    const text = 'table ip kube-proxy { # handle 1\n}\n';
    const { value, issues } = lay({
      'nodes/n1/nft-ruleset.json': json,
      'nodes/n1/nft-ruleset.txt': text,
      'nodes/n2/nft-ruleset.txt': text,
      'nodes/n3/nft-ruleset.txt': '',
      'nodes/n4/nft-ruleset.json': text,
    });
    expect(value.netns.map(({ files }) => files.get('nft-ruleset')?.text)).toEqual([
      json,
      text,
      '',
      text,
    ]);
    expect(issues).toEqual([]);
  });

  test.each([
    ['iptables-save.txt', 'bash: iptables-save: command not found\n', 'error message'],
    ['iptables-save.txt', 'Chain INPUT (policy ACCEPT)\ntarget prot\n', 'iptables -L'],
    ['ip-link.json', '1: lo: <LOOPBACK,UP> mtu 65536\n', 'ip link or ip addr (text)'],
    ['ip-route.json', 'default via 10.0.0.1 dev eth0\n', 'ip route (text)'],
    ['ip-rule.json', '0:\tfrom all lookup local\n', 'ip rule (text)'],
    ['sockets.txt', 'Active Internet connections (only servers)\n', 'netstat'],
  ])('%s with %j is another tool', (file, text, found) => {
    const { places, issues } = lay({ [`nodes/n1/${file}`]: text });
    expect(places).toEqual(['n1/: ']);
    expect(issues[0]).toContain(`found ${found}`);
  });

  test('text is freed of a byte order mark and of carriage returns', () => {
    const { value, issues } = lay({ 'nodes/n1/sockets.txt': '\ufefftcp LISTEN 0 5 *:1 *:*\r\n' });
    expect(value.netns[0]?.files.get('sockets')?.text).toBe('tcp LISTEN 0 5 *:1 *:*\n');
    expect(issues.map((i) => i.split(' ')[1])).toEqual(['byte-order-mark', 'crlf']);
  });

  test.each(['\u007fELF\u0000\u0001', '\u001f\ufffd\u0008\ufffd\ufffd\ufffd'])(
    'a binary file is named and not read: %j',
    (text) => {
      const { places, issues } = lay({ 'nodes/n1/sockets.txt': text });
      expect(places).toEqual(['n1/: ']);
      expect(issues).toEqual(['error not-text nodes/n1/sockets.txt: binary']);
    },
  );

  test('an empty file is known to be empty where its command may print nothing', () => {
    const { places, issues } = lay({ 'nodes/n1/conntrack.txt': '', 'nodes/n1/ip-link.json': '\n' });
    expect(places).toEqual(['n1/: conntrack']);
    expect(issues).toEqual(['error empty-file nodes/n1/ip-link.json: ip-link']);
  });
});

test.each([
  ['[{"ifindex":1,"ifname":"lo","linkmode":"DEFAULT"}]', 'ip-link'],
  ['[{},{"ifindex":1,"ifname":"lo","addr_info":[]}]', 'ip-addr'],
  ['[{"priority":0,"src":"all","table":"local"}]', 'ip-rule'],
  ['[{"type":"unicast","dst":"fd00::/64","dev":"e","protocol":"kernel"}]', 'ip6-route'],
  ['[{"mac":"33:33:00:00:00:01","ifname":"eth0","flags":["self"]}]', 'bridge-fdb'],
  [
    '[{"ifindex":5,"link":"eth0","ifname":"v","master":"b","state":"forwarding","cost":2}]',
    'bridge-link',
  ],
  ['{"nftables": [{"metainfo": {}}]}', 'nft-ruleset'],
  ['{"kernel":{"IpInReceives":1}}', 'nstat'],
  ['{"apiVersion":"v1","kind":"List","items":[]}', 'kubernetes'],
  ['# Generated by iptables-save v1.8.9 on x\n*nat\n', 'iptables-save'],
  ['# Generated by ip6tables-save v1.8.9 on x\n*nat\n', 'ip6tables-save'],
  ['-P INPUT ACCEPT\n-P FORWARD DROP\n', 'iptables-save'],
  ['*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n', 'iptables-save'],
  ['create K hash:ip family inet\n', 'ipset-save'],
  ['net.ipv4.ip_forward = 1\n', 'sysctl'],
  ['ipv4 2 udp 17 29 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 src=2.2.2.2 dst=1.1.1.1', 'conntrack'],
  ['Linux n1 6.18.44 #1 SMP', 'uname'],
  ['FLANNEL_NETWORK=10.0.0.0/8\n', 'flannel-subnet'],
  ['[]', null],
  ['# no tables\n', null],
  ['', null],
])('recognises %j', (text, content) => {
  expect(detectContent(text)).toBe(content);
});
