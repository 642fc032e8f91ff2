import { freshSkb } from '../kernel/answer.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import { findOutputRoute, sendLocal } from '../kernel/output.ts';
import type { Skb } from '../kernel/skb.ts';
import { type Address, anyAddress } from '../packet/address.ts';
import { type EncapsulatedPacket, type Packet, ports } from '../packet/packet.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import { type Crossing, droppedAt, passage } from './passage.ts';

/** A datagram that a tunnel of the kernel sends, and what is in it. */
export interface Carrier {
  readonly device: string;
  readonly by: string;
  readonly inner: EncapsulatedPacket;
  /** Bytes around the packet inside. */
  readonly overhead: number;
  readonly destination: Address;
  readonly sport: number;
  readonly dport: number;
  readonly dontFragment: boolean;
  /** 0: 64. */
  readonly ttl: number;
  /** Of the route and of the datagram. */
  readonly mark: number;
  /** The packet inside as it came. */
  readonly carried: Skb;
  readonly socket: { readonly uid: number | null; readonly isClients: false } | null;
}

/** Linux: IPDEFTTL. */
const DEFAULT_TTL = 64;

/** Sends it by the namespace's own output path. Linux: udp_tunnel_xmit_skb(), udp_tunnel6_xmit_skb(). */
export function sendCarrier(kernel: Kernel, carrier: Carrier): Crossing {
  const { destination, device, mark } = carrier;
  const draft: Packet = {
    source: anyAddress(destination.family),
    destination,
    protocol: PROTOCOL.udp,
    ttl: carrier.ttl === 0 ? DEFAULT_TTL : carrier.ttl,
    tos: 0,
    length: carrier.inner.packet.length + carrier.overhead,
    dontFragment: carrier.dontFragment || destination.family === 6,
    transport: { kind: 'udp', sport: carrier.sport, dport: carrier.dport },
    inner: carrier.inner,
  };
  const route = findOutputRoute(kernel, freshSkb(draft, mark), {
    destination,
    source: null,
    oif: null,
    mark,
    tos: 0,
    protocol: PROTOCOL.udp,
    ...ports(draft),
    uid: null,
    anySource: false,
  });
  if (route.kind === 'error' || route.device === device) {
    const why = route.kind === 'error' ? route.errno : 'the way to its other end leads into it';
    const at = `${device}: ${why}`;
    record(
      kernel,
      carrier.carried,
      { kind: 'drop', reason: 'IP_OUTNOROUTES', at },
      { oif: device },
    );
    return droppedAt(kernel, carrier.carried, 'IP_OUTNOROUTES');
  }
  const skb = freshSkb({ ...draft, source: route.source }, mark);
  record(kernel, skb, { kind: 'encapsulate', device, by: carrier.by });
  return passage(
    kernel,
    sendLocal(kernel, {
      skb,
      route,
      boundDevice: null,
      socket: carrier.socket,
      encapsulatedOn: device,
    }),
  );
}
