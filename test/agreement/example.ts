import type { Places } from '../../src/agreement/places.ts';
import type { ObservedPacket } from '../../src/evidence/observation.ts';
import { freshSkb } from '../../src/kernel/answer.ts';
import type { HookVisit } from '../../src/kernel/step.ts';
import type { Drop, FlowReport, Visit } from '../../src/lab/report.ts';
import type { Hook } from '../../src/linux/hook.ts';
import { type Address, parseAddress } from '../../src/packet/address.ts';
import { type Packet, ports, type TcpFlags } from '../../src/packet/packet.ts';
import type { Outcome, PacketTrace, Trace } from '../../src/trace/trace.ts';

/** A client on n1 that connects to a listener on n2, as model and kernel see it when both agree. */
export const PLACES: Places = new Map([
  ['lab-n1', { kind: 'node', node: 'n1' }],
  ['lab-n2', { kind: 'node', node: 'n2' }],
]);

export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (!parsed) throw new Error(`no address: ${text}`);
  return parsed;
}

const CLIENT = address('192.168.7.11');
const SERVER = address('192.168.7.12');

function segment(flags: TcpFlags, back: boolean): Packet {
  return {
    source: back ? SERVER : CLIENT,
    destination: back ? CLIENT : SERVER,
    protocol: 6,
    ttl: 64,
    tos: 0,
    length: 60,
    dontFragment: true,
    transport: { kind: 'tcp', sport: back ? 80 : 41000, dport: back ? 41000 : 80, flags },
  };
}

function way(packet: Packet, from: string, to: string): readonly HookVisit[] {
  const visit = (node: string, hook: Hook, iif: string, oif: string): readonly HookVisit[] =>
    (['first', 'last'] as const).map((edge) => ({
      where: { node, netns: null },
      hook,
      edge,
      iif,
      oif,
      skb: freshSkb(packet),
    }));
  return [
    ...visit(from, 'output', '', 'eth0'),
    ...visit(from, 'postrouting', '', 'eth0'),
    ...visit(to, 'prerouting', 'eth0', ''),
    ...visit(to, 'input', 'eth0', ''),
  ];
}

const delivered = { disposition: 'delivered', dropReason: null, at: null, steps: [] } as const;

export const SYN: PacketTrace = {
  ...delivered,
  direction: 'original',
  kind: 'syn',
  visits: way(segment({ syn: true }, false), 'n1', 'n2'),
};

const SYN_ACK: PacketTrace = {
  ...delivered,
  direction: 'reply',
  kind: 'syn-ack',
  visits: way(segment({ syn: true, ack: true }, true), 'n2', 'n1'),
};

const ACK: PacketTrace = {
  ...delivered,
  direction: 'original',
  kind: 'ack',
  visits: way(segment({ ack: true }, false), 'n1', 'n2'),
};

export const CONNECTED: Outcome = {
  probability: 1,
  assumptions: [],
  client: 'connected',
  errno: null,
  transfer: null,
  endpoint: { where: { node: 'n2', netns: null }, address: SERVER, port: 80 },
  sourceAtEndpoint: CLIENT,
  packets: [SYN, SYN_ACK, ACK],
};

export function traceOf(...outcomes: readonly Outcome[]): Trace {
  return {
    flow: {
      from: { node: 'n1', netns: null },
      arrivesOn: null,
      to: SERVER,
      port: 80,
      protocol: 'tcp',
      boundSource: null,
      boundDevice: null,
      sport: 41000,
      mark: 0,
    },
    verdict: 'reachable',
    outcomes,
    questions: [],
    unsupported: [],
    truncated: false,
  };
}

/** What a laboratory reports when the kernel does what an outcome says. */
export function reportOf(outcome: Outcome, drops: readonly Drop[] = []): FlowReport {
  const visits = outcome.packets.flatMap(({ visits: seen }) => seen);
  const { endpoint, sourceAtEndpoint, client, errno } = outcome;
  return {
    id: 'flow',
    client: {
      outcome: client === 'unknown' ? 'timeout' : client,
      errno,
      local: { address: '192.168.7.11', port: 41000 },
      answer:
        endpoint && sourceAtEndpoint && client === 'connected'
          ? {
              namespace: `lab-${endpoint.where.node}`,
              address: '192.168.7.12',
              port: 80,
              source: '192.168.7.11',
              sourcePort: 41000,
            }
          : null,
    },
    visits: visits.map(kernelVisitOf),
    sightings: [],
    drops,
    rules: [],
    conntrack: {},
    counters: {},
    blind: [],
  };
}

function kernelVisitOf({ where, hook, edge, iif, oif, skb }: HookVisit, index: number): Visit {
  return {
    time: index * 1000,
    namespace: `lab-${where.node}`,
    skb: 1,
    hook,
    edge,
    iif: iif || null,
    oif: oif || null,
    mark: skb.mark,
    ctState: null,
    packet: observed(skb.packet),
  };
}

/** The sequence numbers of a handshake: 100 and 200. */
function numbers(flags: TcpFlags): { sequence: number; acknowledgement: number | null } {
  if (flags.syn) return flags.ack ? { sequence: 200, acknowledgement: 101 } : NO_ACK;
  return { sequence: 101, acknowledgement: 201 };
}
const NO_ACK = { sequence: 100, acknowledgement: null };

export function observed(packet: Packet): ObservedPacket {
  const t = packet.transport;
  const { sport, dport } = ports(packet);
  return {
    source: packet.source,
    destination: packet.destination,
    protocol: packet.protocol,
    sport,
    dport,
    sportName: null,
    dportName: null,
    tos: packet.tos,
    ttl: packet.ttl,
    ipId: null,
    dontFragment: packet.dontFragment,
    fragmentOffset: 0,
    length: packet.length,
    mark: null,
    payloadHash: null,
    tcp:
      t.kind === 'tcp'
        ? {
            flags: t.flags,
            ...numbers(t.flags),
            printedSequence: null,
            window: null,
            mss: null,
            windowScale: null,
            timestampValue: null,
            timestampEcho: null,
            payloadLength: 0,
          }
        : null,
    icmp:
      t.kind === 'icmp'
        ? { type: t.type, code: t.code, id: null, sequence: null, mtu: null, quoted: null }
        : null,
    inner: null,
    encapsulation: null,
  };
}
