import type { LowerLink } from '../kernel/device/device.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Stack } from '../kernel/network.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { netnsKey } from '../packet/place.ts';
import { warning } from './make-issue.ts';

/**
 * Puts VLANs and macvlans on the devices that they send by. One that has its own in another namespace is
 * taken to have it in the node's: the kernel's id of that namespace means nothing elsewhere, and container
 * runtimes make such devices of the node's cards. What is not found is named.
 */
export function stackDevices(namespaces: readonly NetnsState[]): Parsed<readonly Stack[]> {
  const stacks: Stack[] = [];
  const issues: Issue[] = [];
  for (const netns of namespaces) {
    for (const { name, details, source } of netns.devices ?? []) {
      if (details.kind !== 'vlan' && details.kind !== 'macvlan') continue;
      const lower = lowerNetns(namespaces, netns, details.below);
      const found = lower?.devices?.find(({ ifindex }) => ifindex === details.below.ifindex);
      if (lower && found) {
        const upper = { netns: netns.ref, device: name };
        stacks.push({ upper, lower: { netns: lower.ref, device: found.name } });
      } else {
        const where = source ?? { file: '', line: 1 };
        issues.push(warning('lower-device-missing', where, `${netnsKey(netns.ref)} ${name}`));
      }
    }
  }
  return { value: stacks, issues };
}

function lowerNetns(
  namespaces: readonly NetnsState[],
  netns: NetnsState,
  { netnsId }: LowerLink,
): NetnsState | undefined {
  if (netnsId === null) return netns;
  return namespaces.find(({ ref }) => ref.node === netns.ref.node && ref.netns === null);
}
