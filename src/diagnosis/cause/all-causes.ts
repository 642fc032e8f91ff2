import type { Location } from '../diagnosis.ts';
import type { Ending } from '../ending.ts';
import type { Cause } from './cause.ts';
import { CONNTRACK_ENTRY_LOST } from './conntrack-entry-lost.ts';
import { CONNTRACK_TABLE_FULL } from './conntrack-table-full.ts';
import { DROPPED } from './dropped.ts';
import { ENDPOINT_GONE } from './endpoint-gone.ts';
import { FILTER_DROP } from './filter-drop.ts';
import { FILTER_REJECT } from './filter-reject.ts';
import { FRAME_FOR_ANOTHER_HOST } from './frame-for-another-host.ts';
import { GATEWAY_DROPS } from './gateway-drops.ts';
import { IP_FORWARD_OFF } from './ip-forward-off.ts';
import { MARTIAN_DESTINATION } from './martian-destination.ts';
import { MARTIAN_SOURCE } from './martian-source.ts';
import { MTU_BLACK_HOLE } from './mtu-black-hole.ts';
import { NEIGHBOUR_FAILED } from './neighbour-failed.ts';
import { NO_ENDPOINTS } from './no-endpoints.ts';
import { NO_LISTENER } from './no-listener.ts';
import { NO_ROUTE } from './no-route.ts';
import { NOT_MODELLED } from './not-modelled.ts';
import { OVERLAPPING_ROUTE } from './overlapping-route.ts';
import { REPLY_NOT_TRANSLATED } from './reply-not-translated.ts';
import { ROUTING_LOOP } from './routing-loop.ts';
import { RP_FILTER_STRICT } from './rp-filter-strict.ts';
import { SEND_NOT_PERMITTED } from './send-not-permitted.ts';
import { SOURCE_DEPENDENT_FILTER } from './source-dependent-filter.ts';
import { TTL_EXPIRED } from './ttl-expired.ts';
import { UNDERLAY_DROPS } from './underlay-drops.ts';
import { UNDERLAY_DROPS_FOREIGN_SOURCE } from './underlay-drops-foreign-source.ts';

/** From the most specific to the catch-all; the first that recognises an ending names it. */
export const CAUSES: readonly Cause[] = [
  NOT_MODELLED,
  RP_FILTER_STRICT,
  UNDERLAY_DROPS_FOREIGN_SOURCE,
  UNDERLAY_DROPS,
  CONNTRACK_TABLE_FULL,
  CONNTRACK_ENTRY_LOST,
  SOURCE_DEPENDENT_FILTER,
  NO_ENDPOINTS,
  FILTER_REJECT,
  SEND_NOT_PERMITTED,
  FILTER_DROP,
  OVERLAPPING_ROUTE,
  ENDPOINT_GONE,
  NO_LISTENER,
  REPLY_NOT_TRANSLATED,
  NO_ROUTE,
  IP_FORWARD_OFF,
  MTU_BLACK_HOLE,
  NEIGHBOUR_FAILED,
  MARTIAN_SOURCE,
  MARTIAN_DESTINATION,
  TTL_EXPIRED,
  FRAME_FOR_ANOTHER_HOST,
  ROUTING_LOOP,
  GATEWAY_DROPS,
  DROPPED,
];

/** The cause of an ending, with its place. */
export function causeOf(ending: Ending): { readonly id: string; readonly location: Location } {
  for (const cause of CAUSES) {
    const location = cause.locate(ending);
    if (location) return { id: cause.id, location };
  }
  throw new Error('the last cause takes every ending');
}
