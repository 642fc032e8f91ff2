import type { Device, DeviceDetails } from '../../kernel/device/device.ts';
import type { NetnsState } from '../../kernel/netns-state.ts';
import type { Route } from '../../kernel/routing/route.ts';
import { UNKNOWN_SYSCTLS } from '../../kernel/sysctl.ts';
import { type Address, IPV4_LOOPBACK } from '../../packet/address.ts';
import type { NetnsRef } from '../../packet/place.ts';
import type { Prefix } from '../../packet/prefix.ts';
import type { SourceRef } from '../../packet/source-ref.ts';

/** A device as far as evidence describes one. */
export interface DeviceSketch {
  readonly name: string;
  readonly details: DeviceDetails;
  readonly mtu: number;
  readonly addresses: readonly Prefix[];
  readonly source: SourceRef | null;
}

/** Turns sketches into devices; the loopback device comes by itself. */
export function buildDevices(sketches: readonly DeviceSketch[]): readonly Device[] {
  const loopback: DeviceSketch = {
    name: 'lo',
    details: { kind: 'loopback' },
    mtu: 65536,
    addresses: [{ address: IPV4_LOOPBACK, length: 8 }],
    source: null,
  };
  return [loopback, ...sketches].map((sketch, index) => ({
    name: sketch.name,
    ifindex: index + 1,
    mtu: sketch.mtu,
    up: true,
    carrier: true,
    mac: null,
    noArp: sketch.details.kind === 'tun' || sketch.details.kind === 'vxlan',
    promiscuous: false,
    master: null,
    bridgePort: null,
    addresses: sketch.addresses.map(({ address, length }, position) => ({
      address,
      prefixLength: length,
      peer: null,
      scope: sketch.details.kind === 'loopback' ? 'host' : 'global',
      secondary: position > 0,
      broadcast: null,
    })),
    details: sketch.details,
    source: sketch.source,
  }));
}

/** A unicast route of the main table. */
export function routeTo(
  destination: Prefix,
  device: string,
  via: { readonly gateway?: Address | null; readonly source?: Address | null } = {},
): Route {
  const gateway = via.gateway ?? null;
  return {
    type: 'unicast',
    destination,
    table: 'main',
    scope: gateway ? 'global' : 'link',
    protocol: 'boot',
    prefsrc: via.source ?? null,
    metric: 0,
    tos: 0,
    nexthops: [{ gateway, device, weight: 1, onlink: false, dead: false, linkDown: false }],
    mtu: null,
    advmss: null,
    source: null,
  };
}

export const DEFAULT_DESTINATION: Prefix = { address: { family: 4, bits: 0 }, length: 0 };

/** A host of which only what evidence shows is known: everything else is asked. */
export function inferredNetns(
  ref: NetnsRef,
  devices: readonly Device[],
  routes: readonly Route[],
): NetnsState {
  return {
    ref,
    origin: { kind: 'inferred', because: 'evidence', source: null },
    kernelRelease: undefined,
    devices,
    routing: { routes, rules: undefined, partial: true },
    sysctls: UNKNOWN_SYSCTLS,
    ruleset: { xtables: undefined, nft: undefined, unsupported: [] },
    ipsets: undefined,
    conntrack: undefined,
    neighbours: undefined,
    fdb: undefined,
    sockets: undefined,
  };
}

/**
 * A pod as container runtimes make one: an address, a default route, no rules. Whether it listens
 * is asked.
 */
export function standardPod(
  ref: NetnsRef,
  address: Prefix,
  gateway: Address,
  mtu: number,
): NetnsState {
  const devices = buildDevices([
    {
      name: 'eth0',
      details: { kind: 'veth', peerIfindex: null, peerNetnsId: null },
      mtu,
      addresses: [address],
      source: null,
    },
  ]);
  const because = 'a pod of the usual kind';
  return {
    ...inferredNetns(ref, devices, [routeTo(DEFAULT_DESTINATION, 'eth0', { gateway })]),
    origin: { kind: 'assumed', because, source: null },
    routing: { routes: [routeTo(DEFAULT_DESTINATION, 'eth0', { gateway })], rules: undefined },
    sysctls: { complete: true, values: new Map() },
    ruleset: { xtables: [], nft: [], unsupported: [] },
    ipsets: [],
    conntrack: [],
  };
}
