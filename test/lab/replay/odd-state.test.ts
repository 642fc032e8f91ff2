import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import { labMissing } from '../../differential/paths/namespaces.ts';
import { ASK, type Rebuilt, rebuilt, TOOLS } from './rebuilt.ts';

/** What a kernel of today may lack, what needs more than one word, and what is named instead. */
const missing = labMissing(TOOLS);

const device = (ifindex: number, ifname: string, info_kind?: string) => ({
  ifindex,
  ifname,
  mtu: 1420,
  flags: ['UP', 'LOWER_UP', 'NOARP'],
  link_type: info_kind === 'wireguard' ? 'none' : 'ether',
  address: info_kind === 'wireguard' ? undefined : `02:00:00:00:01:0${ifindex}`,
  ...(info_kind ? { linkinfo: { info_kind } } : {}),
});

const DEVICES = [device(2, 'eth0'), device(3, 'wg0', 'wireguard'), device(4, 'd0', 'dummy')];

const CONNECTIONS = [
  'ipv4 2 tcp 6 3000 ESTABLISHED src=10.0.0.1 dst=10.96.0.1 sport=4000 dport=80 src=10.2.0.5 dst=10.9.9.9 sport=8080 dport=5000 [ASSURED] mark=4 use=1',
  'ipv4 2 udp 17 3000 src=10.0.0.1 dst=10.96.0.10 sport=4000 dport=53 [UNREPLIED] src=10.2.0.6 dst=10.0.0.1 sport=53 dport=4000 mark=0 use=1',
  'ipv4 2 icmp 1 3000 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=7 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=7 mark=0 use=1',
];

const FILES = new Map([
  ['nodes/n1/ip-link.json', JSON.stringify(DEVICES)],
  [
    'nodes/n1/ip-addr.json',
    JSON.stringify(
      DEVICES.map((one, i) => ({
        ...one,
        addr_info: [
          {
            family: 'inet',
            local: `10.${i}.0.1`,
            prefixlen: 24,
            scope: 'global',
            label: one.ifname,
          },
        ],
      })),
    ),
  ],
  [
    'nodes/n1/ip-route.json',
    JSON.stringify([
      { type: 'unicast', dst: '10.50.0.0/16', dev: 'wg0', table: 'main', scope: 'link', flags: [] },
      { type: 'unicast', dst: '10.51.0.0/16', dev: 'wg0', table: 'vpn', scope: 'link', flags: [] },
      { type: 'unicast', dst: '10.52.0.0/16', dev: 'gone', table: 'main', flags: [] },
      { type: 'unicast', dst: '10.53.0.0/16', encap: 'mpls', dev: 'wg0', table: 'main', flags: [] },
    ]),
  ],
  [
    'nodes/n1/ip-rule.json',
    JSON.stringify([
      { priority: 0, src: 'all', table: 'local' },
      { priority: 10, src: 'all', fwmark: '0x51', table: 'vpn' },
      { priority: 32766, src: 'all', table: 'main' },
    ]),
  ],
  ['nodes/n1/sysctl.txt', 'net.ipv4.ip_forward = 1\nnet.ipv4.conf.eth0.no_such_thing = 1\n'],
  [
    // Without its first line: nothing tells the backend, so it is the older one's.
    'nodes/n1/iptables-save.txt',
    [
      '*filter',
      ':INPUT ACCEPT [0:0]',
      ':FORWARD DROP [7:420]',
      '[5:300] -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
      '-A INPUT -m nosuchmatch --with words -j DROP',
      '-A INPUT -m conntrack --ctstate INVALID -j DROP',
      'COMMIT',
      '',
    ].join('\n'),
  ],
  ['nodes/n1/conntrack.txt', `${CONNECTIONS.join('\n')}\n`],
  [
    'nodes/n1/sockets.txt',
    'tcp LISTEN 0 5 10.0.0.1:22 0.0.0.0:*\ntcp LISTEN 0 5 [::1]:25 [::]:*\n',
  ],
]);

describe.skipIf(missing !== null)(`a node with odd state, rebuilt (${missing ?? 'here'})`, () => {
  let lab: Lab;
  let built: Rebuilt;
  beforeAll(async () => {
    lab = await openLab();
    built = await rebuilt(lab, FILES, { ...ASK, to: '10.0.0.1', port: 22 });
  });
  afterAll(async () => {
    await lab.close();
  });

  async function printed(...argv: readonly string[]): Promise<string> {
    const [done] = await lab.run([{ namespace: 'n1', argv }]);
    return done?.stdout ?? '';
  }

  test('connections are there with their translation, mark and state', async () => {
    const listed = await printed('conntrack', '-L', '-o', 'extended');
    const bare = (line: string): string =>
      line.replaceAll(/\s+/g, ' ').replace(/ 2\d\d\d /, ' 3000 ');
    const lines = listed.split('\n').map(bare);
    expect(lines).toEqual(expect.arrayContaining(CONNECTIONS));
  });

  test('a table of rules that only a name tells means the same in rules and routes', async () => {
    const rule = /fwmark 0x51 lookup (\d+)/.exec(await printed('ip', 'rule'));
    expect(await printed('ip', 'route', 'show', 'table', rule?.[1] ?? '')).toContain(
      '10.51.0.0/16',
    );
    expect(await printed('ip', 'rule')).not.toContain('lookup default');
  });

  test('a save without its first line is the legacy backend, counters and all', async () => {
    const saved = await printed('iptables-legacy-save', '-c');
    expect(saved).toContain(':FORWARD DROP [7:420]');
    expect(saved).toContain('[5:300] -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT');
    expect(saved).toContain('--ctstate INVALID -j DROP');
  });

  test('devices that this kernel lacks have stand-ins, which routes find', async () => {
    const places = built.rebuild.standIns.filter(({ kind }) => kind === 'device');
    expect(places.map(({ subject }) => subject)).toEqual(expect.arrayContaining(['eth0', 'wg0']));
    expect(await printed('ip', 'route', 'get', '10.50.1.1')).toContain('dev wg0');
    expect(await printed('ip', '-br', 'link', 'show', 'd0')).toContain('02:00:00:00:01:04');
  });

  test('a listener has its bound address, and answers', async () => {
    const { client } = await built.send({ ...ASK, to: '10.0.0.1', port: 22 });
    expect(client).toMatchObject({ outcome: 'connected' });
    expect(client.answer).toMatchObject({ address: '10.0.0.1', port: 22 });
    expect((await built.send({ ...ASK, to: '10.2.0.1', port: 22 })).client.outcome).toBe('refused');
  });

  test('what could not be rebuilt is named, with its place in the files', () => {
    const named = [...built.rebuild.notRebuilt, ...built.missing].map(
      ({ code, source, why }) => `${code} ${source?.file}:${source?.line} ${why.kind}`,
    );
    expect(named).toEqual(
      expect.arrayContaining([
        'device nodes/n1/ip-link.json:1 no-such-kind',
        'route nodes/n1/ip-route.json:1 refused',
        'route nodes/n1/ip-route.json:1 unsupported',
        'sysctl nodes/n1/sysctl.txt:2 refused',
        'iptables nodes/n1/iptables-save.txt:5 refused',
      ]),
    );
  });
});
