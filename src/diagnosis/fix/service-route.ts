import { formatAddress } from '../../packet/address.ts';
import { formatPrefix } from '../../packet/prefix.ts';
import { addRoutes } from '../change/network-change.ts';
import { command } from '../command.ts';
import { routeTo } from '../infer/build-netns.ts';
import { serviceNetwork } from './cluster-network.ts';
import { type Fix, sideEffect } from './fix.ts';
import { isOverlayDevice, sourceFromElsewhere, wayOf } from './way.ts';

/**
 * A route for the Service range by the overlay's device: the lookup before translation then
 * chooses the overlay's address. Only local clients look that route up.
 */
export const SERVICE_ROUTE: Fix = {
  id: 'service-route-with-overlay-source',
  propose: (context) => {
    const way = wayOf(context.network, context.outcome);
    if (way?.translatedIn !== 'OUTPUT' || !isOverlayDevice(way.device)) return null;
    const source = way.device.addresses.find(({ address }) => address.family === 4)?.address;
    if (!source || !sourceFromElsewhere(way)) return null;
    const destination = serviceNetwork(context, way);
    const words = [formatPrefix(destination), 'dev', way.device.name, 'src', formatAddress(source)];
    const range = destination.length === 32 ? [sideEffect('route-covers-one-service')] : [];
    return {
      fixId: 'service-route-with-overlay-source',
      change: addRoutes(way.where, [routeTo(destination, way.device.name, { source })]),
      commands: [command(way.where, ['ip', 'route', 'add', ...words])],
      undo: [command(way.where, ['ip', 'route', 'del', ...words])],
      durable: [{ code: 'network-configuration', text: `ip route add ${words.join(' ')}` }],
      sideEffects: [sideEffect('needed-on-every-node'), ...range],
    };
  },
};
