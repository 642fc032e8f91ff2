import { parseIpv4 } from '../../../src/packet/address.ts';
import type { Packet, TcpFlags } from '../../../src/packet/packet.ts';
import { PROTOCOL } from '../../../src/packet/protocol.ts';

/**
 * A router `host` between two links, and what happens to it, packet by packet:
 *
 *     wire 10.0.0.0/24 -- d0 10.0.0.1 host 10.0.1.1, 10.0.1.2 d1 -- wire 10.0.1.0/24, default route
 */
export interface Scenario {
  readonly name: string;
  /** Arguments of `iptables-legacy`. */
  readonly rules: readonly string[];
  /** Arguments of `conntrack`, before the state is read. */
  readonly entries?: readonly string[];
  readonly sysctls?: readonly string[];
  readonly packets: readonly Step[];
  /** What the kernel chooses by itself here: the questions the model asks. */
  readonly asks?: readonly string[];
}

/** A packet that comes in by a device, or one that a process of `host` sends. */
export type Step =
  | { readonly kind: 'arrive'; readonly iif: 'd0' | 'd1'; readonly packet: Packet }
  | {
      readonly kind: 'send';
      readonly packet: Packet;
      /** False: the kernel chooses the source, and that of `packet` does not count. */
      readonly bound: boolean;
    };

const BASE = { ttl: 64, tos: 0, dontFragment: false } as const;

function endpoint(text: string): { readonly address: Packet['source']; readonly port: number } {
  const [host = '', port = '0'] = text.split(':');
  const address = parseIpv4(host);
  if (!address) throw new Error(text);
  return { address, port: Number(port) };
}

/** A datagram, `udp('10.0.0.9:5000', '10.0.1.9:53')`. */
export function udp(from: string, to: string): Packet {
  const source = endpoint(from);
  const destination = endpoint(to);
  return {
    ...BASE,
    source: source.address,
    destination: destination.address,
    protocol: PROTOCOL.udp,
    length: 40,
    transport: { kind: 'udp', sport: source.port, dport: destination.port },
  };
}

/** A segment with the named flags, `tcp('syn ack', ...)`. */
export function tcp(flags: string, from: string, to: string): Packet {
  const source = endpoint(from);
  const destination = endpoint(to);
  const set: TcpFlags = Object.fromEntries(
    flags
      .split(' ')
      .filter((flag) => flag !== '')
      .map((flag) => [flag, true]),
  );
  return {
    ...BASE,
    source: source.address,
    destination: destination.address,
    protocol: PROTOCOL.tcp,
    length: 40,
    transport: { kind: 'tcp', sport: source.port, dport: destination.port, flags: set },
  };
}

/** A segment with a sequence number of its own. */
export function numbered(packet: Packet, seq: number): Packet {
  const { transport } = packet;
  if (transport.kind !== 'tcp') return packet;
  const sequence = {
    seq,
    ack: 0,
    window: 64240,
    payload: 0,
    scale: null,
    sackPermitted: false,
    sack: null,
  };
  return { ...packet, transport: { ...transport, sequence } };
}

/** An ICMP message with an identifier: an echo request unless a type is given. */
export function icmp(from: string, to: string, id: number, type = 8): Packet {
  return {
    ...BASE,
    source: endpoint(from).address,
    destination: endpoint(to).address,
    protocol: PROTOCOL.icmp,
    length: 60,
    transport: { kind: 'icmp', type, code: 0, id },
  };
}

/** Port unreachable from a host about a packet, sent to that packet's source. */
export function unreachable(from: string, quoted: Packet, to?: string): Packet {
  return {
    ...BASE,
    source: endpoint(from).address,
    destination: to ? endpoint(to).address : quoted.source,
    protocol: PROTOCOL.icmp,
    length: 28 + quoted.length,
    transport: { kind: 'icmp', type: 3, code: 3, quoted },
  };
}

export const arrive = (iif: 'd0' | 'd1', packet: Packet): Step => ({
  kind: 'arrive',
  iif,
  packet,
});

export const send = (packet: Packet, bound = true): Step => ({ kind: 'send', packet, bound });
