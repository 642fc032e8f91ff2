import { isMulticast } from '../../packet/address.ts';
import { isLinkLocal } from '../../packet/ipv6-type.ts';
import { ports } from '../../packet/packet.ts';
import type { Decider } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Skb } from '../skb.ts';
import { addressType } from './address-type.ts';
import type { OutputRoute } from './lookup.ts';
import { routeOutput } from './output-route.ts';

/** What of a packet's sending its new route depends on. */
export interface Sending {
  readonly boundDevice: string | null;
  /** The device of the route it has. */
  readonly device: string;
  readonly uid: number | null;
}

/**
 * Routes a packet again after OUTPUT changed it. The source is kept, though rules and multipath
 * legs may depend on it; a device only counts if the socket is bound to it.
 * Linux: ip_route_me_harder().
 */
export function reroute(
  netns: NetnsState,
  skb: Skb,
  sending: Sending,
  decider: Decider,
): OutputRoute {
  const { packet } = skb;
  if (packet.destination.family === 6) return reroute6(netns, skb, sending, decider);
  const { boundDevice } = sending;
  const type = addressType(netns, packet.source, null, decider);
  const keepSource = type === 'local' || type === 'unicast';
  return routeOutput(
    netns,
    {
      destination: packet.destination,
      source: keepSource ? packet.source : null,
      oif: boundDevice,
      mark: skb.mark,
      tos: packet.tos,
      protocol: packet.protocol,
      ...ports(packet),
      // The key is zeroed and no user is put into it: rules about users see root.
      uid: 0,
      anySource: keepSource,
    },
    decider,
  );
}

/**
 * The same for IPv6: the source is kept and asked nothing, rules about users see the socket's owner, and what
 * is link-local stays on its link. Linux: ip6_route_me_harder().
 */
function reroute6(
  netns: NetnsState,
  { packet, mark }: Skb,
  { boundDevice, device, uid }: Sending,
  decider: Decider,
): OutputRoute {
  const onLink = isLinkLocal(packet.destination) || isMulticast(packet.destination);
  return routeOutput(
    netns,
    {
      destination: packet.destination,
      source: packet.source,
      oif: boundDevice ?? (onLink ? device : null),
      mark,
      tos: packet.tos,
      protocol: packet.protocol,
      ...ports(packet),
      uid,
      anySource: true,
    },
    decider,
  );
}
