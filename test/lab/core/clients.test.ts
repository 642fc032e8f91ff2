import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabFlow } from '../../../src/lab/flow.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import { labMissing } from '../../differential/paths/namespaces.ts';
import { CLIENT_ONLY, printed, sendOne, twoNodes } from './networks.ts';

const missing = labMissing(['ip', 'iptables-legacy-restore', 'nft']);

type Asked = Omit<LabFlow, 'id' | 'from' | 'port'> & { readonly port?: number };
const tcp = (to: string, more: Partial<LabFlow> = {}): Asked => ({ protocol: 'tcp', to, ...more });
const udp = (to: string, more: Partial<LabFlow> = {}): Asked => ({ protocol: 'udp', to, ...more });
const icmp = (to: string, more: Partial<LabFlow> = {}): Asked => ({
  protocol: 'icmp',
  to,
  ...more,
});

const CONNECTED_80 = ['ss', '-Htan', 'state', 'connected', 'sport = :80 or dport = :80'];

/** n2 answers on 80 and 53, drops 81, rejects 82 to 84, and routes to nothing. */
const NETWORK = twoNodes(
  {
    ip: [
      'addr add 10.0.0.11/24 dev eth0',
      'addr add fd00::1/64 dev eth0',
      'link add dead type veth peer name end',
      'addr add 10.5.0.1/24 dev dead',
      'link set dead arp off up',
      'link set end up',
      'route add 10.7.0.0/16 via 10.0.0.2',
      'route add 10.6.0.0/16 via 10.0.0.2',
      'route add 10.12.0.0/16 via 10.0.0.2',
      'route add blackhole 10.9.0.0/16',
      'route add prohibit 10.8.0.0/16',
      'route add unreachable 10.10.0.0/16',
      'route add throw 10.11.0.0/16',
      'rule add fwmark 0x77 lookup 100',
      'route add 10.0.0.2 dev dead table 100',
    ],
    nft: `table ip client {
      chain out { type filter hook output priority 0; udp dport 99 drop; tcp dport 99 drop; tcp dport 98 reject with icmp admin-prohibited; }
    }`,
  },
  {
    ip: [
      'addr add 10.0.0.3/24 dev eth0',
      'addr add fd00::2/64 dev eth0',
      'route add unreachable 10.6.0.0/16',
      'route add 10.12.0.0/16 via 10.0.0.9',
    ],
    sysctls: { 'net.ipv4.ip_forward': '1' },
    iptablesLegacy: [
      '*filter',
      ':INPUT ACCEPT [0:0]',
      '-A INPUT -p tcp --dport 81 -j DROP',
      '-A INPUT -p udp --dport 81 -j DROP',
      '-A INPUT -p icmp --icmp-type echo-request -s 10.0.0.11 -j DROP',
      '-A INPUT -p tcp --dport 82 -j REJECT --reject-with tcp-reset',
      '-A INPUT -p tcp --dport 83 -j REJECT --reject-with icmp-host-prohibited',
      '-A INPUT -p udp --dport 84 -j REJECT --reject-with icmp-net-unreachable',
      '-A INPUT -p tcp --dport 85 -m tcp --tcp-flags SYN,ACK ACK -j DROP',
      'COMMIT',
    ].join('\n'),
    listeners: [
      { protocol: 'tcp', port: 80 },
      { protocol: 'tcp', port: 81 },
      { protocol: 'tcp', port: 85 },
      { protocol: 'udp', port: 53 },
      { protocol: 'udp', port: 81 },
      { protocol: 'tcp', port: 8080, address: '10.0.0.3' },
      { protocol: 'tcp', port: 8081, device: 'lo' },
      { protocol: 'udp', port: 8080, address: '10.0.0.3' },
    ],
  },
);

describe.skipIf(missing !== null)(`a client in a laboratory (${missing ?? 'as root'})`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
    await lab.build(NETWORK);
  });
  afterAll(() => lab?.close());

  it.each<[what: string, flow: Asked, outcome: string, errno: string | null]>([
    ['a listener accepts', tcp('10.0.0.2', { port: 80 }), 'connected', null],
    ['nobody listens', tcp('10.0.0.2', { port: 90 }), 'refused', 'ECONNREFUSED'],
    [
      'the listener has another address',
      tcp('10.0.0.2', { port: 8080 }),
      'refused',
      'ECONNREFUSED',
    ],
    ['the listener has this address', tcp('10.0.0.3', { port: 8080 }), 'connected', null],
    [
      'the listener is bound to a device',
      tcp('10.0.0.2', { port: 8081 }),
      'refused',
      'ECONNREFUSED',
    ],
    ['a rule drops', tcp('10.0.0.2', { port: 81 }), 'timeout', null],
    ['a rule resets', tcp('10.0.0.2', { port: 82 }), 'refused', 'ECONNREFUSED'],
    ['a rule prohibits the host', tcp('10.0.0.2', { port: 83 }), 'unreachable', 'EHOSTUNREACH'],
    ['what follows the handshake is lost', tcp('10.0.0.2', { port: 85 }), 'connected', null],
    ['an own rule drops', tcp('10.0.0.2', { port: 99 }), 'timeout', null],
    ['an own rule rejects', tcp('10.0.0.2', { port: 98 }), 'unreachable', 'EHOSTUNREACH'],
    ['no neighbour answers', tcp('10.0.0.77', { port: 80 }), 'unreachable', 'EHOSTUNREACH'],
    ['a router has no route', tcp('10.7.0.1', { port: 80 }), 'unreachable', 'ENETUNREACH'],
    ['a router refuses', tcp('10.6.0.1', { port: 80 }), 'unreachable', 'EHOSTUNREACH'],
    ['there is no route', tcp('11.0.0.1', { port: 80 }), 'unreachable', 'ENETUNREACH'],
    ['the route is a blackhole', tcp('10.9.0.1', { port: 80 }), 'unreachable', 'EINVAL'],
    ['the route is prohibited', tcp('10.8.0.1', { port: 80 }), 'not-permitted', 'EACCES'],
    ['the route is unreachable', tcp('10.10.0.1', { port: 80 }), 'unreachable', 'EHOSTUNREACH'],
    ['the route throws', tcp('10.11.0.1', { port: 80 }), 'unreachable', 'ENETUNREACH'],
    [
      'the source is not its own',
      tcp('10.0.0.2', { port: 80, source: '10.1.1.1' }),
      'unreachable',
      'EADDRNOTAVAIL',
    ],
    [
      'the device is not there',
      tcp('10.0.0.2', { port: 80, device: 'eth9' }),
      'unreachable',
      'ENODEV',
    ],
    ['the device leads nowhere', tcp('10.0.0.2', { port: 80, device: 'dead' }), 'timeout', null],
    ['the mark leads nowhere', tcp('10.0.0.2', { port: 80, mark: 0x77 }), 'timeout', null],
    ['another mark leads there', tcp('10.0.0.2', { port: 80, mark: 0x78 }), 'connected', null],
    ['broadcast needs a permission', udp('10.0.0.255', { port: 53 }), 'not-permitted', 'EACCES'],
    ['a datagram is answered', udp('10.0.0.2', { port: 53 }), 'connected', null],
    ['a datagram finds nobody', udp('10.0.0.2', { port: 90 }), 'refused', 'ECONNREFUSED'],
    ['a datagram is dropped', udp('10.0.0.2', { port: 81 }), 'timeout', null],
    [
      'a datagram is dropped by an own rule',
      udp('10.0.0.2', { port: 99 }),
      'not-permitted',
      'EPERM',
    ],
    ['a datagram is rejected', udp('10.0.0.2', { port: 84 }), 'unreachable', 'ENETUNREACH'],
    [
      'a datagram finds no neighbour',
      udp('10.0.0.77', { port: 53 }),
      'unreachable',
      'EHOSTUNREACH',
    ],
    [
      'a datagram is too large for one',
      udp('10.0.0.2', { port: 53, payload: 70_000 }),
      'unreachable',
      'EMSGSIZE',
    ],
    ['an echo is answered', icmp('10.0.0.2'), 'connected', null],
    ['an echo is dropped', icmp('10.0.0.2', { source: '10.0.0.11' }), 'timeout', null],
    ['an echo finds no neighbour', icmp('10.0.0.77'), 'unreachable', 'EHOSTUNREACH'],
    ['an echo ends on the way', icmp('10.12.0.1', { ttl: 1 }), 'unreachable', 'EHOSTUNREACH'],
    ['a listener accepts IPv6', tcp('fd00::2', { port: 80 }), 'connected', null],
    ['nobody listens on IPv6', tcp('fd00::2', { port: 90 }), 'refused', 'ECONNREFUSED'],
    ['no neighbour answers on IPv6', tcp('fd00::77', { port: 80 }), 'unreachable', 'EHOSTUNREACH'],
    ['a datagram is answered on IPv6', udp('fd00::2', { port: 53 }), 'connected', null],
    ['an echo is answered on IPv6', icmp('fd00::2'), 'connected', null],
    ['there is no route on IPv6', tcp('fd99::2', { port: 80 }), 'unreachable', 'ENETUNREACH'],
  ])('when %s', async (_what, flow, outcome, errno) => {
    const { client } = await sendOne(lab, { from: 'n1', ...flow });
    expect({ outcome: client.outcome, errno: client.errno }).toEqual({ outcome, errno });
  });

  it.each<[what: string, flow: Asked, at: string, source: string]>([
    ['TCP', tcp('10.0.0.2', { port: 80 }), '10.0.0.2', '10.0.0.1'],
    [
      'TCP from a bound source',
      tcp('10.0.0.2', { port: 80, source: '10.0.0.11' }),
      '10.0.0.2',
      '10.0.0.11',
    ],
    ['TCP with a payload', tcp('10.0.0.2', { port: 80, payload: 200_000 }), '10.0.0.2', '10.0.0.1'],
    ['TCP over IPv6', tcp('fd00::2', { port: 80 }), 'fd00::2', 'fd00::1'],
    ['UDP', udp('10.0.0.2', { port: 53 }), '10.0.0.2', '10.0.0.1'],
    ['UDP to a second address', udp('10.0.0.3', { port: 53 }), '10.0.0.3', '10.0.0.1'],
    ['UDP to a listener of one address', udp('10.0.0.3', { port: 8080 }), '10.0.0.3', '10.0.0.1'],
    ['UDP in fragments', udp('10.0.0.2', { port: 53, payload: 20_000 }), '10.0.0.2', '10.0.0.1'],
    [
      'UDP from a bound source',
      udp('10.0.0.3', { port: 53, source: '10.0.0.11' }),
      '10.0.0.3',
      '10.0.0.11',
    ],
    ['UDP over IPv6', udp('fd00::2', { port: 53 }), 'fd00::2', 'fd00::1'],
  ])('a listener says who it is and whom it saw: %s', async (_what, flow, address, source) => {
    const { client } = await sendOne(lab, { from: 'n1', ...flow });
    expect(client.local?.address).toBe(source);
    expect(client.answer).toEqual({
      namespace: 'n2',
      address,
      port: flow.port,
      source,
      sourcePort: client.local?.port,
    });
  });

  it.each(['tcp', 'udp'] as const)('%s keeps the port it is bound to', async (protocol) => {
    const port = protocol === 'tcp' ? 80 : 53;
    const flow = { from: 'n1', protocol, to: '10.0.0.2', port, sourcePort: 4321 };
    // Twice: the first one leaves nothing that holds the port.
    for (const _time of [1, 2]) {
      const { client } = await sendOne(lab, flow);
      expect(client.answer?.sourcePort).toBe(4321);
    }
  });

  it('is told nothing where what follows the handshake is lost, and has connected', async () => {
    const { client } = await sendOne(lab, {
      from: 'n1',
      ...tcp('10.0.0.2', { port: 85, payload: 10 }),
    });
    expect(client).toMatchObject({ outcome: 'connected', answer: null });
  });

  it('leaves no connection behind', async () => {
    await sendOne(lab, { from: 'n1', ...tcp('10.0.0.2', { port: 80 }) });
    for (const namespace of ['n1', 'n2']) {
      expect(await printed(lab, namespace, ...CONNECTED_80)).toBe('');
    }
  });

  it('is answered beside flows, by listeners that end the connection', async () => {
    const script = 'exec 3<>/dev/tcp/10.0.0.2/80; cat <&3';
    const answer = JSON.parse(await printed(lab, 'n1', 'bash', '-c', script));
    expect(answer).toMatchObject({ namespace: 'n2', source: '10.0.0.1' });
  });

  it('names a namespace that is not there', async () => {
    await expect(sendOne(lab, { from: 'n9', ...icmp('10.0.0.2') })).rejects.toThrow(
      'no namespace n9',
    );
  });

  it('may be a frame that no socket makes', async () => {
    const [link] = JSON.parse(await printed(lab, 'n2', 'ip', '-j', 'link', 'show', 'eth0'));
    const mac = link.address.replaceAll(':', '');
    // From a martian source, 127.0.0.1, to 10.0.0.2: UDP 1 to 53.
    const ip = '4500001d00000000401165cd7f0000010a000002';
    const frame = `${mac}0200000000990800${ip}00010035000900007a`.padEnd(120, '0');
    const received = async () =>
      /IpInReceives\s+(\d+)/.exec(await printed(lab, 'n2', 'nstat', '-asz', 'IpInReceives'))?.[1];
    const before = Number(await received());
    await lab.send({
      flows: [],
      injections: [{ id: 'martian', namespace: 'n1', device: 'eth0', frame }],
      observe: CLIENT_ONLY,
    });
    expect(Number(await received())).toBe(before + 1);
  });

  it('gets every answer of a router that may send five in a row', async () => {
    const to = { to: '10.7.0.9', port: 9, source: '10.0.0.11' };
    const flow: LabFlow = { id: 'x', from: 'n1', protocol: 'udp', ...to };
    const reports = await lab.send({ flows: Array(6).fill(flow), observe: CLIENT_ONLY });
    expect(new Set(reports.map(({ client }) => client.errno))).toEqual(new Set(['ENETUNREACH']));
  });
});
