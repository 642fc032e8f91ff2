import { ports } from '../../packet/packet.ts';
import type { Decider } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Skb } from '../skb.ts';
import { addressType } from './address-type.ts';
import type { OutputRoute } from './lookup.ts';
import { routeOutput } from './output-route.ts';

/**
 * Routes a packet again after OUTPUT changed it. The source is kept, though rules and multipath
 * legs may depend on it; a device only counts if the socket is bound to it.
 * Linux: ip_route_me_harder().
 */
export function reroute(
  netns: NetnsState,
  skb: Skb,
  boundDevice: string | null,
  decider: Decider,
): OutputRoute {
  const { packet } = skb;
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
