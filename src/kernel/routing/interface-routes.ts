import { type Address, ipv4, sameAddress } from '../../packet/address.ts';
import { hostPrefix, ipv4Mask, network } from '../../packet/prefix.ts';
import type { Device, InterfaceAddress } from '../device/device.ts';
import type { Route, RouteType } from './route.ts';

/**
 * The routes the kernel makes for the addresses of devices: local, broadcast and connected ones.
 * Used where routes were not collected but addresses were. Linux: fib_add_ifaddr().
 */
export function interfaceRoutes(devices: readonly Device[]): readonly Route[] {
  return devices.flatMap((device) =>
    device.addresses.flatMap((address) => routesOfAddress(device, address)),
  );
}

function routesOfAddress(device: Device, held: InterfaceAddress): readonly Route[] {
  if (held.address.family !== 4) return [];
  const { address: own, prefixLength } = held;
  const local = kernelRoute('local', own, 32, device, own);
  if (!device.up) return [local];
  const base = held.peer ?? own;
  if (base.family !== 4) return [local];
  const routes = [local];
  const mask = ipv4Mask(prefixLength);
  const first = ipv4(base.bits & mask);
  const last = ipv4(first.bits | ~mask);
  if (held.broadcast && !sameAddress(held.broadcast, last)) {
    routes.push(kernelRoute('broadcast', held.broadcast, 32, device, own));
  }
  const coversMore = !sameAddress(first, own) || prefixLength < 32;
  if (first.bits !== 0 && !held.secondary && coversMore) {
    const type = device.details.kind === 'loopback' ? 'local' : 'unicast';
    routes.push(kernelRoute(type, first, prefixLength, device, own));
    if (prefixLength < 31) routes.push(kernelRoute('broadcast', last, 32, device, own));
  }
  return routes;
}

function kernelRoute(
  type: RouteType,
  address: Address,
  length: number,
  device: Device,
  prefsrc: Address,
): Route {
  return {
    type,
    destination: length === 32 ? hostPrefix(address) : network({ address, length }),
    table: type === 'unicast' ? 'main' : 'local',
    scope: type === 'local' ? 'host' : 'link',
    protocol: 'kernel',
    prefsrc,
    metric: 0,
    tos: 0,
    nexthops: [
      {
        gateway: null,
        device: device.name,
        weight: 1,
        onlink: false,
        dead: false,
        linkDown: !device.carrier,
      },
    ],
    mtu: null,
    advmss: null,
    source: device.source,
  };
}
