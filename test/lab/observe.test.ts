import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabFlow } from '../../src/lab/flow.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { openLab } from '../../src/lab/open-lab.ts';
import { labMissing } from '../differential/paths/namespaces.ts';
import { ROUTED } from './observe-routed.ts';
import { dropText, EVERYTHING, hitText, isFirst, sent, visitText } from './observe-support.ts';

const missing = labMissing([
  'ip',
  'unshare',
  'nft',
  'iptables-legacy',
  'iptables-nft',
  'conntrack',
]);

type Flow = Omit<LabFlow, 'id' | 'payload'>;

const toPort = (port: number): Flow => ({ from: 'c', protocol: 'tcp', to: '10.2.0.2', port });

describe.skipIf(missing !== null)(`what is seen of a flow${missing ? ` (${missing})` : ''}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
    await lab.build(ROUTED);
  });
  afterAll(() => lab.close());

  it.each<[string, string, string]>([
    ['iptables-nft', '10.99.0.1', 'r nft prerouting nat PREROUTING 2 accept'],
    ['iptables-legacy', '10.99.0.2', 'r legacy prerouting nat SERVICES 2 ?'],
    ['nft', '10.99.0.3', 'r nft prerouting own pre 1 accept'],
  ])('the hooks, with the address that %s put in', async (_, to, rule) => {
    const report = await sent(lab, { from: 'c', protocol: 'tcp', to, port: 80 });
    expect(report.client.outcome).toBe('connected');
    const before = `10.1.0.2:*>${to}:80`;
    const after = '10.1.0.2:*>10.2.0.2:8080';
    const syn = report.visits.filter(({ packet }) => isFirst(packet));
    expect(syn.map(visitText)).toEqual([
      `c output first - eth0 ${before}`,
      `c output last - eth0 ${before}`,
      `c postrouting first - eth0 ${before}`,
      `c postrouting last - eth0 ${before}`,
      `r prerouting first eth0 - ${before}`,
      `r prerouting last eth0 - ${after}`,
      `r forward first eth0 eth1 ${after}`,
      `r forward last eth0 eth1 ${after}`,
      `r postrouting first eth0 eth1 ${after}`,
      `r postrouting last eth0 eth1 ${after}`,
      `s prerouting first eth0 - ${after}`,
      `s prerouting last eth0 - ${after}`,
      `s input first eth0 - ${after}`,
      `s input last eth0 - ${after}`,
    ]);
    expect(syn.filter(({ namespace }) => namespace === 'r').map(({ ctState }) => ctState)).toEqual([
      null,
      ...Array(5).fill('NEW'),
    ]);
    expect(report.rules.map(hitText)).toContain(rule);
    expect(report.drops).toEqual([]);
    // Others on this machine may have sent the same at the same time.
    expect(report.blind.filter(({ why }) => why !== 'lost')).toEqual([]);
  });

  it('times of visits between those of the frames around them', async () => {
    const { visits, sightings } = await sent(lab, toPort(8080));
    const events = [
      ...sightings
        .filter(({ packet }) => packet && isFirst(packet))
        .map(({ time, namespace, direction }) => ({ time, text: `${namespace} ${direction}` })),
      ...visits
        .filter(({ packet, edge }) => edge === 'last' && isFirst(packet))
        .map(({ time, namespace, hook }) => ({ time, text: `${namespace} ${hook}` })),
    ];
    expect(events.sort((a, b) => a.time - b.time).map(({ text }) => text)).toEqual([
      ...['c output', 'c postrouting', 'c out'],
      ...['r in', 'r prerouting', 'r forward', 'r postrouting', 'r out'],
      ...['s in', 's prerouting', 's input'],
    ]);
  });

  it.each<[what: string, flow: Flow, drop: string]>([
    ['by a rule of iptables-nft', toPort(81), 'NETFILTER_DROP r eth0 10.1.0.2:*>10.2.0.2:81'],
    ['by a rule of iptables-legacy', toPort(82), 'NETFILTER_DROP r eth0 10.1.0.2:*>10.2.0.2:82'],
    ['by a rule of nft', toPort(83), 'NETFILTER_DROP r eth0 10.1.0.2:*>10.2.0.2:83'],
    ['before it left', toPort(84), 'NETFILTER_DROP c - 10.1.0.2:*>10.2.0.2:84'],
    ['where nobody listens', toPort(85), 'NO_SOCKET s eth0 10.1.0.2:*>10.2.0.2:85'],
    [
      'where no datagram is wanted',
      { ...toPort(86), protocol: 'udp' },
      'NO_SOCKET s eth0 10.1.0.2:*>10.2.0.2:86',
    ],
    [
      'by source validation',
      { ...toPort(8080), source: '10.9.0.9' },
      'IP_RPFILTER r eth0 10.9.0.9:*>10.2.0.2:8080',
    ],
    [
      'for want of a route',
      { ...toPort(80), to: '10.3.0.3' },
      'IP_INNOROUTES r eth0 10.1.0.2:*>10.3.0.3:80',
    ],
    [
      'by a route that is a black hole',
      { ...toPort(80), to: '10.5.0.5' },
      'NOT_SPECIFIED r eth0 10.1.0.2:*>10.5.0.5:80',
    ],
    [
      'for want of a neighbour',
      { ...toPort(80), protocol: 'udp', to: '10.2.0.77' },
      'NEIGH_FAILED r eth0 10.1.0.2:*>10.2.0.77:80',
    ],
    [
      'for want of a neighbour of the client',
      { ...toPort(80), protocol: 'udp', to: '10.1.0.77' },
      'NEIGH_FAILED c - 10.1.0.2:*>10.1.0.77:80',
    ],
  ])('that a packet is dropped %s, and where', async (_, flow, drop) => {
    const report = await sent(lab, flow);
    expect(new Set(report.drops.map(dropText))).toEqual(new Set([drop]));
    expect(report.client.outcome).not.toBe('connected');
    const control = await sent(lab, toPort(8080));
    expect(control.client.outcome).toBe('connected');
    expect(control.drops).toEqual([]);
  });

  it("that a frame for somebody else's address is dropped", async () => {
    const [report] = await lab.send({
      flows: [],
      injections: [{ id: 'other', namespace: 'c', device: 'eth0', frame: SYN_TO_NOBODY }],
      observe: EVERYTHING,
    });
    expect(report?.drops.map(dropText)).toEqual(['OTHERHOST r eth0 10.1.0.2:1000>10.2.0.2:80']);
    expect(report?.sightings.find(({ namespace }) => namespace === 'r')?.addressedTo).toBe('other');
    expect(report?.visits).toEqual([]);
  });

  it('counters that moved, where they moved', async () => {
    const { counters } = await sent(lab, { ...toPort(8080), source: '10.9.0.9' });
    expect(counters.r).toMatchObject({ TcpExtIPReversePathFilter: 1 });
    expect(counters.s?.TcpExtIPReversePathFilter).toBeUndefined();
    const control = await sent(lab, toPort(8080));
    expect(control.counters.r?.TcpExtIPReversePathFilter).toBeUndefined();
    expect(control.counters.s).toMatchObject({ TcpPassiveOpens: 1 });
  });

  it('connections, as the tool prints them', async () => {
    await lab.run([{ namespace: 'r', argv: ['conntrack', '-F'] }]);
    const { conntrack } = await sent(lab, { ...toPort(8080), protocol: 'udp' });
    const [tool] = await lab.run([
      { namespace: 'r', argv: ['conntrack', '-L', '-o', 'extended', '-p', 'udp'] },
    ]);
    expect(conntrack.r).toMatch(/^ipv4 +2 udp +17 \d+ src=10\.1\.0\.2 dst=10\.2\.0\.2 /);
    expect(comparable(conntrack.r ?? '')).toEqual(comparable(tool?.stdout ?? ''));
    expect(conntrack.s).toBeUndefined();
  });

  it('nothing that was not asked for', async () => {
    const nothing = {
      hooks: false,
      captures: false,
      drops: false,
      conntrack: false,
      counters: true,
    };
    const report = await sent(lab, toPort(81), nothing);
    expect(report).toMatchObject({
      visits: [],
      sightings: [],
      drops: [],
      rules: [],
      conntrack: {},
    });
  });
});

/** Without what changes from one look to the next, and what only one of both prints. */
function comparable(listing: string): readonly string[] {
  return listing
    .split('\n')
    .filter((line) => line.includes('src='))
    .map((line) => line.replace(/ (\d+) src=/, ' src=').replace(/ (zone|use)=\d+/g, ''));
}

/** 02:00:00:00:00:99 is nobody's. */
const SYN_TO_NOBODY = [
  ...['020000000099', '020000000102', '0800'],
  ...['45000028', '00010000', '400664cc', '0a010002', '0a020002'],
  ...['03e80050', '00000001', '00000000', '50022000', '6bb50000'],
].join('');
