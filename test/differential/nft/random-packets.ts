import { parseIpv4 } from '../../../src/packet/address.ts';
import type { Packet, TransportHeader } from '../../../src/packet/packet.ts';
import { PROTOCOL } from '../../../src/packet/protocol.ts';

type Random = (below: number) => number;

const SOURCES = ['10.7.1.2', '10.7.1.9', '10.7.2.5', '10.7.3.3'];
const DESTINATIONS = ['10.7.0.1', '10.7.0.1', '10.7.2.5', '10.7.2.6', '10.7.9.1'];
const PORTS = [53, 80, 85, 443, 8080, 9005];
const FLAGS = [{ syn: true }, { syn: true }, { ack: true }, { syn: true, ack: true }] as const;

/** A packet that a host beside the one under test sends it. */
export function randomPacket(random: Random): Packet {
  const transport = randomTransport(random);
  return {
    source: addressOf(SOURCES[random(SOURCES.length)]),
    destination: addressOf(DESTINATIONS[random(DESTINATIONS.length)]),
    protocol: PROTOCOL[transport.kind],
    ttl: [3, 64, 128][random(3)] ?? 64,
    tos: [0, 0x20, 0x28][random(3)] ?? 0,
    length: [48, 60, 90][random(3)] ?? 60,
    dontFragment: random(2) === 0,
    transport,
  };
}

function randomTransport(
  random: Random,
): Extract<TransportHeader, { readonly kind: 'tcp' | 'udp' | 'icmp' }> {
  const sport = 1000 + random(3000);
  const dport = PORTS[random(PORTS.length)] ?? 80;
  switch (random(5)) {
    case 0:
      return { kind: 'icmp', type: 8, code: 0, id: 77 };
    case 1:
    case 2:
      return { kind: 'udp', sport, dport };
    default:
      return { kind: 'tcp', sport, dport, flags: FLAGS[random(FLAGS.length)] ?? { syn: true } };
  }
}

function addressOf(text: string | undefined): Packet['source'] {
  const address = parseIpv4(text ?? '');
  if (!address) throw new Error(`no address ${text}`);
  return address;
}
