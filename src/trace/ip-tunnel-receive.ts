import { freshSkb } from '../kernel/answer.ts';
import type { Device } from '../kernel/device/device.ts';
import type { GreFields, IpTunnelSettings } from '../kernel/device/tunnel-settings.ts';
import type { IcmpError } from '../kernel/icmp-error.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import { isUp } from '../kernel/routing/device-facts.ts';
import type { Skb } from '../kernel/skb.ts';
import { type Address, isMulticast, sameAddress } from '../packet/address.ts';
import type { EncapsulatedPacket } from '../packet/packet.ts';
import { comeIn } from './come-in.ts';
import { answered } from './ip-tunnel.ts';
import type { Crossing } from './passage.ts';

interface Tunnel {
  readonly device: Device;
  readonly tunnel: IpTunnelSettings;
}

/** What a namespace has of tunnels for one protocol and family, and what came. */
interface Arrived {
  readonly local: Address;
  readonly remote: Address;
  /** The device that it came in by. */
  readonly iif: string;
  readonly key: number | null;
}

/**
 * A packet with another one inside, behind INPUT: the tunnel with its two ends takes it, else one that has
 * either, else one that takes all. Null where it carries nothing that a tunnel's header announces.
 * Linux: ipip_rcv(), ipip6_rcv(), ipgre_rcv(), ip6_tnl_rcv(), ip6gre_rcv().
 */
export function decapsulateIp(kernel: Kernel, outer: Skb, iif: string): Crossing | null {
  const { inner, source, destination } = outer.packet;
  if (inner?.kind !== 'ipip' && inner?.kind !== 'gre') return null;
  const tunnels = handlersOf(kernel, source.family, inner);
  const arrived = { local: destination, remote: source, iif, key: inner.gre?.key ?? null };
  for (const group of tunnels) {
    const found = findTunnel(kernel, group, arrived);
    if (found) return takenBy(kernel, found, outer, inner, iif);
  }
  return refused(
    kernel,
    outer,
    iif,
    tunnels.some((group) => group.length > 0),
  );
}

/**
 * The tunnels that are asked, in the kernel's order: those of one kind have a table of their own. Of IPv4 in
 * IPv4 that of ipip is asked before that of sit. Linux: tunnel4_rcv(), priorities of struct xfrm_tunnel.
 */
function handlersOf(
  { netns }: Kernel,
  family: 4 | 6,
  inner: EncapsulatedPacket,
): readonly (readonly Tunnel[])[] {
  const of = (type: IpTunnelSettings['type']): readonly Tunnel[] =>
    (netns.devices ?? []).flatMap((device) =>
      device.details.kind === 'ip-tunnel' && device.details.tunnel.type === type
        ? [{ device, tunnel: device.details.tunnel }]
        : [],
    );
  if (inner.kind === 'gre') return [of(family === 4 ? 'gre' : 'ip6gre')];
  if (family === 6) return [of('ip6tnl')];
  return inner.packet.source.family === 4 ? [of('ipip'), of('sit')] : [of('sit')];
}

/**
 * Linux: ip_tunnel_lookup(), ipip6_tunnel_lookup(), ip6_tnl_lookup(). A device that is bound to the one a
 * packet came by goes before others of its rank; of another binding sit takes nothing.
 */
function findTunnel(kernel: Kernel, tunnels: readonly Tunnel[], arrived: Arrived): Tunnel | null {
  const usable = tunnels.filter(
    ({ device, tunnel }) =>
      isUp(kernel.netns, device.name) && !tunnel.external && keyFits(tunnel.takes, arrived.key),
  );
  const ranked = RANKS[arrived.local.family].flatMap((rank) =>
    usable.filter(({ tunnel }) => rank(tunnel, arrived)),
  );
  const bound = ranked.find(({ tunnel }) => tunnel.link === arrived.iif);
  const first = ranked.find(({ tunnel }) => tunnel.type !== 'sit' || tunnel.link === null);
  const external = tunnels.find(
    ({ device, tunnel }) => tunnel.external && isUp(kernel.netns, device.name),
  );
  return bound ?? first ?? external ?? fallbackOf(kernel, tunnels);
}

type Rank = (tunnel: IpTunnelSettings, arrived: Arrived) => boolean;

const BOTH: Rank = ({ local, remote }, arrived) =>
  is(local, arrived.local) && is(remote, arrived.remote);
const REMOTE: Rank = ({ local, remote }, arrived) => local === null && is(remote, arrived.remote);
const LOCAL: Rank = ({ local, remote }, arrived) =>
  (remote === null && is(local, arrived.local)) ||
  (remote !== null && is(remote, arrived.local) && isMulticast(remote));
const NEITHER: Rank = ({ local, remote }) => local === null && remote === null;

const RANKS: Readonly<Record<4 | 6, readonly Rank[]>> = {
  4: [BOTH, REMOTE, LOCAL, NEITHER],
  6: [BOTH, LOCAL, REMOTE, NEITHER],
};

function is(end: Address | null, address: Address): boolean {
  return end !== null && sameAddress(end, address);
}

/** Linux: ip_tunnel_key_match(). */
function keyFits({ key }: GreFields, arrived: number | null): boolean {
  return key === arrived;
}

/** The device that the kernel makes itself; it takes what no other does, whatever key that has. */
function fallbackOf({ netns }: Kernel, tunnels: readonly Tunnel[]): Tunnel | null {
  const names = ['tunl0', 'sit0', 'gre0', 'ip6tnl0', 'ip6gre0'];
  return (
    tunnels.find(({ device }) => names.includes(device.name) && isUp(netns, device.name)) ?? null
  );
}

function takenBy(
  kernel: Kernel,
  { device, tunnel }: Tunnel,
  outer: Skb,
  inner: EncapsulatedPacket,
  iif: string,
): Crossing {
  const why = refusedBy(tunnel, inner);
  if (why !== null) {
    const at = `${device.name}: ${why}`;
    record(kernel, outer, { kind: 'drop', reason: 'NOT_SPECIFIED', at }, { iif });
    return answered(kernel, outer, { reason: 'NOT_SPECIFIED', answer: null });
  }
  // The mark stays in one namespace. Linux: skb_scrub_packet(skb, false).
  const skb = freshSkb(inner.packet, outer.mark);
  record(kernel, skb, { kind: 'decapsulate', device: device.name, by: tunnel.type }, { iif });
  return comeIn(kernel, { skb, iif: device.name });
}

/** Why a tunnel does not take what is for it. Linux: ip_tunnel_rcv(), ipip_tunnel_rcv(). */
function refusedBy({ carries, takes }: IpTunnelSettings, inner: EncapsulatedPacket): string | null {
  const { family } = inner.packet.source;
  if (carries !== null && carries !== family) return `it carries no IPv${family}`;
  if (inner.kind !== 'gre') return null;
  if (takes.checksum !== (inner.gre?.checksum ?? false)) return 'GRE checksums on one side only';
  if (takes.sequence && !inner.gre?.sequence) return 'no GRE sequence number';
  return null;
}

/**
 * No tunnel takes it, which its sender is told: of a host that has tunnels of this kind that the port, else
 * that the protocol is not there. Linux: tunnel4_rcv(), ip_protocol_deliver_rcu().
 */
function refused(kernel: Kernel, outer: Skb, iif: string, hasHandler: boolean): Crossing {
  const { source, protocol } = outer.packet;
  const reason = hasHandler ? 'NOT_SPECIFIED' : 'IP_NOPROTO';
  const at = `no tunnel for protocol ${protocol} from this end`;
  record(kernel, outer, { kind: 'drop', reason, at }, { iif });
  return answered(kernel, outer, { reason, answer: noTunnel(source.family, hasHandler), iif });
}

/** Of an IPv6 header that is not known it is the sender's fault. RFC 4443 3.1, 3.4. */
function noTunnel(family: 4 | 6, hasHandler: boolean): IcmpError {
  if (hasHandler) return { type: family === 4 ? 3 : 1, code: family === 4 ? 3 : 4, mtu: null };
  return family === 4 ? { type: 3, code: 2, mtu: null } : { type: 4, code: 1, mtu: null };
}
