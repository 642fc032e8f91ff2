import { parseIpv4 } from '../../../src/packet/address.ts';
import type { Packet, TcpFlags, TransportHeader } from '../../../src/packet/packet.ts';
import { PORTS, pick, type Random, SOURCES, TARGETS } from './random-rules.ts';

/** A packet on its way to the host. */
export interface Sent {
  /** The device it arrives on. */
  readonly device: 'in0' | 'out0';
  readonly packet: Packet;
}

/** The kernel adds a segment size to a SYN that has none; every real one has it. */
const FLAGS: readonly { readonly flags: TcpFlags; readonly mss?: number }[] = [
  { flags: { syn: true }, mss: 1460 },
  { flags: { syn: true }, mss: 1200 },
  { flags: { syn: true, ack: true }, mss: 1460 },
  { flags: { ack: true } },
  { flags: { ack: true, psh: true } },
  { flags: { rst: true } },
  { flags: { fin: true, ack: true } },
];

const CLIENT_PORTS = [40000, 40001] as const;

/** A packet of one of few flows, from either end, so that some answer earlier ones. */
export function randomPacket(random: Random): Sent {
  const answers = random(3) === 0;
  const near = pick(random, SOURCES);
  // An answer to a translated source goes to one of the host's addresses.
  const far = pick(random, answers ? TARGETS.slice(2) : TARGETS);
  const target = answers && random(2) === 0 ? '10.0.1.1' : near;
  const client = pick(random, CLIENT_PORTS);
  const server = pick(random, PORTS);
  const [sport, dport] = answers ? [server, client] : [client, server];
  const transport = randomTransport(random, { sport, dport, answers });
  const smallest = transport.kind === 'udp' || transport.kind === 'icmp' ? 28 : 44;
  return {
    device: answers ? 'out0' : 'in0',
    packet: {
      source: addressOf(answers ? far : near),
      destination: addressOf(answers ? target : far),
      protocol: transport.kind === 'tcp' ? 6 : transport.kind === 'udp' ? 17 : 1,
      ttl: pick(random, [64, 64, 65, 2]),
      tos: pick(random, [0, 0, 0x10, 0x08]),
      length: pick(random, [smallest, 48, 60, 100]),
      dontFragment: random(2) === 0,
      transport,
    },
  };
}

function randomTransport(
  random: Random,
  {
    sport,
    dport,
    answers,
  }: { readonly sport: number; readonly dport: number; readonly answers: boolean },
): TransportHeader {
  switch (random(5)) {
    case 0:
    case 1:
      return { kind: 'udp', sport, dport };
    case 2:
      return { kind: 'icmp', type: answers ? 0 : 8, code: 0, id: 7 };
    default:
      return { kind: 'tcp', sport, dport, ...pick(random, FLAGS) };
  }
}

function addressOf(text: string): Packet['source'] {
  const address = parseIpv4(text);
  if (!address) throw new Error(text);
  return address;
}
