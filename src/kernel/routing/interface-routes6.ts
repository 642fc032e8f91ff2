import type { Address } from '../../packet/address.ts';
import { hostPrefix, network } from '../../packet/prefix.ts';
import type { Device, InterfaceAddress } from '../device/device.ts';
import type { Route, RouteType } from './route.ts';

/**
 * The routes the kernel makes for IPv6 addresses: local and connected ones. Used where routes were
 * not collected but addresses were. Linux: ipv6_add_addr(), addrconf_prefix_route().
 */
export function interfaceRoutes6(devices: readonly Device[]): readonly Route[] {
  return devices.flatMap((device) =>
    device.addresses.flatMap((address) => routesOfAddress(device, address)),
  );
}

function routesOfAddress(device: Device, held: InterfaceAddress): readonly Route[] {
  const { address, prefixLength, peer, flags = [] } = held;
  if (address.family !== 6 || !device.up || flags.includes('tentative')) return [];
  const routes = [kernelRoute('local', address, 128, device)];
  if (device.details.kind !== 'loopback' && !flags.includes('noprefixroute')) {
    routes.push(kernelRoute('unicast', peer ?? address, prefixLength, device));
  }
  return routes;
}

function kernelRoute(type: RouteType, address: Address, length: number, device: Device): Route {
  return {
    type,
    destination: length === 128 ? hostPrefix(address) : network({ address, length }),
    table: type === 'unicast' ? 'main' : 'local',
    scope: 'global',
    protocol: 'kernel',
    prefsrc: null,
    metric: type === 'unicast' ? 256 : 0,
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
