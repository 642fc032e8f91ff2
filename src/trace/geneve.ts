import { freshSkb } from '../kernel/answer.ts';
import type { Device } from '../kernel/device/device.ts';
import type { GeneveSettings } from '../kernel/device/tunnel-settings.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import { isUp } from '../kernel/routing/device-facts.ts';
import type { Skb } from '../kernel/skb.ts';
import { EPHEMERAL_PORT } from '../kernel/socket.ts';
import { sameAddress } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import { sendCarrier } from './carrier.ts';
import { comeIn } from './come-in.ts';
import { type Crossing, droppedAt, ended } from './passage.ts';

/** IP, UDP, GENEVE and the Ethernet header inside, bytes. RFC 8926. */
const OVERHEAD = { 4: 50, 6: 70 } as const;

/** A frame in a datagram to the one other end. Linux: geneve_xmit_skb(), geneve6_xmit_skb(). */
export function sendThroughGeneve(
  kernel: Kernel,
  device: Device,
  geneve: GeneveSettings,
  carried: Skb,
  socket: { readonly uid: number | null } | undefined,
): Crossing {
  const { remote } = geneve;
  if (geneve.external || !remote) {
    kernel.run.unsupported({
      construct: `${device.name}: tunnel with external`,
      where: kernel.netns.ref,
      source: device.source,
    });
    return ended({ kind: 'unknown', kernel, skb: carried });
  }
  return sendCarrier(kernel, {
    device: device.name,
    by: 'geneve',
    inner: { kind: 'geneve', vni: geneve.vni, packet: carried.packet },
    overhead: OVERHEAD[remote.family],
    destination: remote,
    // A hash of what it carries, so that the way back is no reply. Linux: udp_flow_src_port().
    sport: EPHEMERAL_PORT,
    dport: geneve.port,
    dontFragment: keepsWhole(geneve, carried.packet),
    ttl: geneve.ttl,
    mark: carried.mark,
    carried,
    socket: socket ? { uid: socket.uid, isClients: false } : null,
  });
}

function keepsWhole({ df }: GeneveSettings, { source, dontFragment }: Packet): boolean {
  if (df === 'inherit') return source.family === 6 || dontFragment;
  return df === 'set';
}

/** The device with that number whose other end sent it. Linux: geneve_lookup(), geneve_rx(). */
export function decapsulateGeneve(kernel: Kernel, outer: Skb): Crossing | null {
  const { inner, transport, source } = outer.packet;
  if (inner?.kind !== 'geneve' || transport.kind !== 'udp') return null;
  const listening = (kernel.netns.devices ?? []).filter(
    ({ name, details }) =>
      details.kind === 'geneve' &&
      details.geneve.port === transport.dport &&
      isUp(kernel.netns, name),
  );
  if (listening.length === 0) return null;
  const device =
    listening.find(
      ({ details }) =>
        details.kind === 'geneve' &&
        !details.geneve.external &&
        details.geneve.vni === inner.vni &&
        details.geneve.remote !== null &&
        sameAddress(details.geneve.remote, source),
    ) ?? listening.find(({ details }) => details.kind === 'geneve' && details.geneve.external);
  if (!device) {
    const at = `no geneve device of number ${inner.vni} with this other end`;
    record(kernel, outer, { kind: 'drop', reason: 'NOT_SPECIFIED', at });
    return droppedAt(kernel, outer, 'NOT_SPECIFIED');
  }
  const skb = freshSkb(inner.packet, outer.mark);
  record(
    kernel,
    skb,
    { kind: 'decapsulate', device: device.name, by: 'geneve' },
    {
      iif: device.name,
    },
  );
  return comeIn(kernel, { skb, iif: device.name });
}
