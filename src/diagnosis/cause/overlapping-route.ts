import { assumed } from './by-assumption.ts';
import { type Cause, NOWHERE } from './cause.ts';

/**
 * A route that was not collected takes the packet elsewhere: another bridge, a VPN or a tunnel
 * whose subnet overlaps the address.
 */
export const OVERLAPPING_ROUTE: Cause = {
  id: 'overlapping-route',
  locate: (ending) => {
    const route = assumed(ending, 'route') ?? assumed(ending, 'routing-rule');
    return route ? { ...NOWHERE, where: route.where ?? ending.packet.at } : null;
  },
};
