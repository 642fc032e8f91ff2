import { BARE_PACKET } from '../../../src/evidence/bare-packet.ts';
import type { Observation, ObservedPacket, Vantage } from '../../../src/evidence/observation.ts';
import type { EvidencePart } from '../../../src/evidence/part.ts';
import type { Hook } from '../../../src/linux/hook.ts';
import { type Address, ipv4 } from '../../../src/packet/address.ts';
import type { Parsed } from '../../../src/packet/issue.ts';

/** What a made-up recording is like. */
export interface Plan {
  readonly seed: number;
  readonly family: 4 | 6;
  /** Whether TCP has its timestamps option. */
  readonly timestamps: boolean;
  /** Chance that a packet is lost between two places. */
  readonly loss: number;
  readonly flows: number;
  /** Connections of one flow, one after the other with the same ports. */
  readonly attempts: number;
  /** Whether the last node masquerades with a random port. */
  readonly masquerade: boolean;
  /** What the logs and the text leave out. */
  readonly poor: boolean;
  /** Seconds that each node's clock is ahead, and how much faster it runs. */
  readonly clocks: readonly (readonly [ahead: number, faster: number])[];
}

/** Linear congruential numbers (Numerical Recipes): the same for one seed everywhere. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Place {
  readonly node: number;
  readonly shape: 'pcap' | 'text' | 'log';
  readonly hook: Hook | null;
  readonly name: string;
  /** What happened to the packet before: nothing, its destination, its source too. */
  readonly form: 0 | 1 | 2;
  /** Seconds after it was sent. */
  readonly after: number;
}

const PLACES: readonly Place[] = [
  { node: 0, shape: 'pcap', hook: null, name: 'client', form: 0, after: 0 },
  { node: 1, shape: 'pcap', hook: null, name: 'in', form: 0, after: 0.0004 },
  { node: 1, shape: 'log', hook: 'prerouting', name: 'pre', form: 0, after: 0.00041 },
  { node: 1, shape: 'log', hook: 'forward', name: 'fwd', form: 1, after: 0.00042 },
  { node: 1, shape: 'log', hook: 'postrouting', name: 'post', form: 1, after: 0.00043 },
  { node: 1, shape: 'text', hook: null, name: 'out', form: 2, after: 0.00045 },
  { node: 2, shape: 'pcap', hook: null, name: 'server', form: 2, after: 0.0009 },
];

interface Sent {
  readonly truth: number;
  readonly time: number;
  readonly flow: number;
  readonly masqueraded: number;
  readonly reply: boolean;
  readonly id: number;
  readonly flags: ObservedPacket['tcp'] extends infer Tcp
    ? Tcp extends { flags: infer F }
      ? F
      : never
    : never;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly stamp: number;
  readonly length: number;
  /** The first place that does not see it any more. */
  readonly lostAt: number;
}

export interface Made {
  readonly part: Parsed<EvidencePart>;
  /** The packet that each observation is of, by its id. */
  readonly truth: readonly number[];
}

/** Connections through two translations, with losses and repetitions, seen at seven places. */
export function madeUp(plan: Plan): Made {
  const random = randomOf(plan.seed);
  const whole = (below: number): number => Math.floor(random() * below);
  const sent: Sent[] = [];
  const ids = new Map<string, number>();
  let truth = 0;
  for (let flow = 0; flow < plan.flows; flow++) {
    let time = 1_700_000_000 + random() * 3000;
    for (let attempt = 0; attempt < plan.attempts; attempt++) {
      const masqueraded = plan.masquerade ? 1024 + whole(60_000) : 10_000 + flow;
      let next = whole(2 ** 32);
      let back = whole(2 ** 32);
      const stamps = [whole(2 ** 31), whole(2 ** 31)];
      const start = time;
      const send = (reply: boolean, flags: Sent['flags'], payload: number): void => {
        for (let again = 0; ; again++) {
          const side = reply ? 1 : 0;
          const key = `${flow} ${attempt} ${reply}`;
          const id = ((ids.get(key) ?? whole(65_536)) + 1) % 65_536;
          ids.set(key, id);
          const lost = random() < plan.loss ? 1 + whole(PLACES.length - 1) : PLACES.length;
          // Linux: a SYN-ACK has identification 0.
          const shownId = reply && flags.syn ? 0 : id === 0 ? 1 : id;
          sent.push({
            truth: truth++,
            time,
            flow,
            masqueraded,
            reply,
            id: shownId,
            flags,
            sequence: reply ? back : next,
            acknowledgement: flags.ack ? (reply ? next : back) : 0,
            stamp: Math.floor((stamps[side] ?? 0) + (time - start) * 1000),
            length: payload,
            lostAt: lost,
          });
          if (lost === PLACES.length || again > 4 || (payload === 0 && !flags.syn)) break;
          time += (flags.syn ? 1 : 0.2) * 2 ** again;
        }
        const advance = payload + (flags.syn ? 1 : 0);
        if (reply) back = (back + advance) % 2 ** 32;
        else next = (next + advance) % 2 ** 32;
        time += 0.002 + random() * 0.01;
      };
      send(false, { syn: true }, 0);
      send(true, { syn: true, ack: true }, 0);
      send(false, { ack: true }, 0);
      for (let message = 0; message < 3; message++) {
        send(false, { ack: true, psh: true }, 40 + whole(200));
        send(true, { ack: true, psh: true }, 40 + whole(200));
        send(false, { ack: true }, 0);
      }
      time += 2 + random() * 5;
    }
  }
  return observed(sent, plan);
}

function observed(sent: readonly Sent[], plan: Plan): Made {
  const observations: Observation[] = [];
  const truths: number[] = [];
  PLACES.forEach((place, at) => {
    const seen = sent
      .filter(({ lostAt, reply }) => (reply ? PLACES.length - 1 - at < lostAt : at < lostAt))
      .map((packet) => ({ packet, time: packet.time + wayOf(place, packet.reply) }))
      .toSorted((a, b) => a.time - b.time);
    for (const { packet, time } of seen) {
      const [ahead, faster] = plan.clocks[place.node] ?? [0, 0];
      const own = time + ahead + (time - 1_700_000_000) * faster;
      observations.push(observationOf(place, packet, own, observations.length, plan));
      truths.push(packet.truth);
    }
  });
  const file = {
    file: 'made',
    format: 'text',
    lines: 0,
    recognised: 0,
    unplaced: [],
    unplacedCount: 0,
    dropped: 0,
  } as const;
  const none = { statements: [], counters: [], drops: [], tracked: [], sockets: [], labels: [] };
  return { part: { value: { file, observations, ...none }, issues: [] }, truth: truths };
}

const WHOLE_WAY = 0.001;

function wayOf({ after }: Place, reply: boolean): number {
  return reply ? WHOLE_WAY - after : after;
}

function observationOf(
  place: Place,
  packet: Sent,
  time: number,
  id: number,
  plan: Plan,
): Observation {
  const node = `n${place.node}`;
  const log = place.shape === 'log';
  const vantage: Vantage = {
    kind: log ? 'log' : 'capture',
    node,
    netns: null,
    device: log ? null : place.name,
    hook: place.hook,
    table: log ? 'mangle' : null,
    chain: null,
    rule: null,
    ruleText: null,
    verdict: null,
    traceId: null,
    iif: log ? (packet.reply ? 'out' : 'in') : null,
    oif: null,
    physin: null,
    physout: null,
    direction: null,
    label: place.name,
    group: log ? `${node}.log` : place.name,
  };
  return {
    id,
    vantage,
    time,
    timeBase: log ? 'uptime' : 'epoch',
    clock: `${node}@${log ? 'uptime' : 'epoch'}`,
    packet: packetOf(place, packet, plan),
    link: null,
    uid: null,
    format: log ? 'kernel-log' : place.shape === 'text' ? 'tcpdump-text' : 'pcap',
    source: { file: vantage.group, line: id + 1 },
  };
}

function packetOf(place: Place, packet: Sent, plan: Plan): ObservedPacket {
  const { family, poor } = plan;
  const address = (v4: number, v6: bigint): Address =>
    family === 4 ? ipv4(v4) : { family: 6, bits: v6 };
  const client = place.form === 2 ? address(0x0a000009, 9n) : address(0x0af40102, 0x102n);
  const server = place.form === 0 ? address(0x0a60000a, 0xan) : address(0x0af40202, 0x202n);
  const [sport, dport] = [
    place.form === 2 ? packet.masqueraded : 10_000 + packet.flow,
    place.form === 0 ? 80 : 8080,
  ];
  const bare = poor && place.shape !== 'pcap';
  const text = place.shape === 'text';
  const shown = !bare && plan.timestamps;
  const relative = bare && text && !packet.flags.syn;
  const headers = (family === 4 ? 40 : 60) + (plan.timestamps ? 12 : 0);
  return {
    ...BARE_PACKET,
    source: packet.reply ? server : client,
    destination: packet.reply ? client : server,
    protocol: 6,
    sport: packet.reply ? dport : sport,
    dport: packet.reply ? sport : dport,
    ipId: family === 6 || (bare && text) ? null : packet.id,
    dontFragment: family === 6 ? null : true,
    fragmentOffset: 0,
    length: bare && text ? null : headers + packet.length,
    tcp: {
      flags: packet.flags,
      sequence: (bare && !text) || relative ? null : packet.sequence,
      printedSequence: null,
      acknowledgement:
        (bare && !text) || relative || !packet.flags.ack ? null : packet.acknowledgement,
      window: 502,
      mss: null,
      windowScale: null,
      timestampValue: shown ? packet.stamp : null,
      timestampEcho: null,
      payloadLength: bare && !text ? null : packet.length,
    },
  };
}
