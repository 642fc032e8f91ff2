import type { Device } from '../../kernel/device/device.ts';
import type { NetnsState } from '../../kernel/netns-state.ts';
import type { Network } from '../../kernel/network.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import { buildDevices, routeTo } from './build-netns.ts';
import { detailsOfName } from './device-kind.ts';
import type { FactSheet } from './fact-sheet.ts';
import type { GivenDevice, GivenFacts, GivenNode } from './given-facts.ts';

const ETHERNET_MTU = 1500;

/** Lays given devices, routes and sysctls over what was inferred; they win. */
export function withGivenNodes(network: Network, given: GivenFacts, sheet: FactSheet): Network {
  const namespaces = new Map(network.namespaces);
  for (const node of given.nodes) {
    const ref: NetnsRef = { node: node.name, netns: null };
    const netns = namespaces.get(netnsKey(ref));
    if (!netns) continue;
    namespaces.set(netnsKey(ref), withGivenNode(netns, node));
    sheet.add('given', { node: node.name }, [{ file: given.file, line: 1 }]);
  }
  return { ...network, namespaces };
}

function withGivenNode(netns: NetnsState, node: GivenNode): NetnsState {
  return {
    ...netns,
    devices: node.devices.reduce(withGivenDevice, netns.devices ?? []),
    routing: {
      ...netns.routing,
      routes: [
        ...node.routes.map(({ destination, device, gateway, source }) =>
          routeTo(destination, device, { gateway, source }),
        ),
        ...(netns.routing.routes ?? []),
      ],
    },
    sysctls: {
      ...netns.sysctls,
      values: new Map([
        ...netns.sysctls.values,
        ...[...node.sysctls].map(([key, value]) => [key, { value, source: null }] as const),
      ]),
    },
  };
}

function withGivenDevice(devices: readonly Device[], given: GivenDevice): readonly Device[] {
  const made = buildDevices([
    {
      name: given.name,
      details: detailsOfName(given.name, { kind: 'unknown' }),
      mtu: given.mtu ?? ETHERNET_MTU,
      addresses: given.address ? [given.address] : [],
      source: null,
    },
  ]).at(-1);
  if (!made) return devices;
  if (!devices.some(({ name }) => name === given.name)) {
    return [...devices, { ...made, ifindex: devices.length + 1 }];
  }
  return devices.map((device) =>
    device.name === given.name
      ? {
          ...device,
          mtu: given.mtu ?? device.mtu,
          addresses: given.address
            ? [...made.addresses, ...device.addresses.slice(1)]
            : device.addresses,
        }
      : device,
  );
}
