import { expect, test } from 'vitest';
import type { Device } from '../kernel/device/device.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import { UNKNOWN_SYSCTLS } from '../kernel/sysctl.ts';
import { wireVeths } from './wire-veth.ts';

function veth(
  name: string,
  ifindex: number,
  peer: { readonly ifindex: number; readonly netns: number | null; readonly mac?: string },
): Device {
  return {
    name,
    ifindex,
    mtu: 1500,
    up: true,
    carrier: true,
    mac: peer.mac ?? null,
    noArp: false,
    promiscuous: false,
    master: null,
    bridgePort: null,
    addresses: [],
    details: { kind: 'veth', peerIfindex: peer.ifindex, peerNetnsId: peer.netns },
    source: { file: `${name}.json`, line: 1 },
  };
}

function netns(
  name: string | null,
  devices: readonly Device[],
  learned: Readonly<Record<string, string>> = {},
): NetnsState {
  return {
    ref: { node: 'n1', netns: name },
    origin: { kind: 'captured' },
    kernelRelease: undefined,
    devices,
    routing: { routes: undefined, rules: undefined },
    sysctls: UNKNOWN_SYSCTLS,
    ruleset: { xtables: undefined, nft: undefined, unsupported: [] },
    ipsets: undefined,
    conntrack: undefined,
    neighbours: undefined,
    fdb: Object.entries(learned).map(([device, mac]) => ({
      mac,
      device,
      destination: null,
      permanent: false,
      source: null,
    })),
    sockets: undefined,
  };
}

const wires = (namespaces: readonly NetnsState[]) => {
  const { value, issues } = wireVeths(namespaces);
  return {
    wires: value.map(
      ({ a, b }) => `${a.netns.netns ?? ''}:${a.device} ${b.netns.netns ?? ''}:${b.device}`,
    ),
    issues: issues.map((i) => i.code),
  };
};

test('pairs the ends that name each other', () => {
  const host = netns(null, [
    veth('v5', 5, { ifindex: 2, netns: 1 }),
    veth('v6', 6, { ifindex: 2, netns: 2 }),
    veth('v7', 7, { ifindex: 2, netns: 3 }),
  ]);
  const a = netns('a', [veth('eth0', 2, { ifindex: 6, netns: 0 })]);
  const b = netns('b', [veth('eth0', 2, { ifindex: 5, netns: 0 })]);
  expect(wires([host, a, b])).toEqual({ wires: [':v5 b:eth0', ':v6 a:eth0'], issues: [] });
});

test('pairs two ends in one namespace, and not with one elsewhere', () => {
  const host = netns(null, [
    veth('x', 3, { ifindex: 4, netns: null }),
    veth('y', 4, { ifindex: 3, netns: null }),
  ]);
  const pod = netns('p', [veth('eth0', 3, { ifindex: 4, netns: 0 })]);
  expect(wires([host, pod])).toEqual({ wires: [':x :y'], issues: [] });
});

test('takes the learned address where indexes fit two namespaces', () => {
  const host = netns(null, [veth('v5', 5, { ifindex: 2, netns: 1 })], { v5: '02:00:00:00:00:0b' });
  const a = netns('a', [veth('eth0', 2, { ifindex: 5, netns: 0, mac: '02:00:00:00:00:0a' })]);
  const b = netns('b', [veth('eth0', 2, { ifindex: 5, netns: 0, mac: '02:00:00:00:00:0b' })]);
  expect(wires([host, a, b])).toEqual({ wires: [':v5 b:eth0'], issues: [] });
});

test('leaves open and names what nothing decides', () => {
  const host = netns(null, [veth('v5', 5, { ifindex: 2, netns: 1 })]);
  const a = netns('a', [veth('eth0', 2, { ifindex: 5, netns: 0 })]);
  const b = netns('b', [veth('eth0', 2, { ifindex: 5, netns: 0 })]);
  expect(wires([host, a, b])).toEqual({ wires: [], issues: ['ambiguous-veth', 'ambiguous-veth'] });
});

test('does not pair across nodes', () => {
  const one = netns(null, [veth('v', 5, { ifindex: 2, netns: 0 })]);
  const other: NetnsState = {
    ...netns(null, [veth('w', 2, { ifindex: 5, netns: 0 })]),
    ref: { node: 'n2', netns: null },
  };
  expect(wires([one, other])).toEqual({ wires: [], issues: [] });
});
