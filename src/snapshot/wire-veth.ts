import type { Device } from '../kernel/device/device.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Wire } from '../kernel/network.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { netnsKey } from '../packet/place.ts';
import { warning } from './make-issue.ts';

/** One end of a veth pair whose peer is looked for. */
interface End {
  readonly netns: NetnsState;
  readonly device: Device;
  readonly peerIfindex: number;
  readonly peerNetnsId: number | null;
}

/**
 * Pairs the veth devices of each node's namespaces. The kernel gives each end the index of the
 * other and an id of its namespace, but that id means something only to the namespace that
 * prints it, and pods' own indexes repeat (`eth0` is 2 in each). So a pair must agree in both
 * directions, and where two pairs would do, the addresses that the bridge learned on the port
 * decide. What stays undecided is named and left open.
 */
export function wireVeths(namespaces: readonly NetnsState[]): Parsed<readonly Wire[]> {
  const byNode = new Map<string, End[]>();
  for (const netns of namespaces) {
    const ends = byNode.get(netns.ref.node) ?? [];
    byNode.set(netns.ref.node, ends);
    for (const device of netns.devices ?? []) {
      const { details } = device;
      if (details.kind !== 'veth' || details.peerIfindex === null) continue;
      const { peerIfindex, peerNetnsId } = details;
      ends.push({ netns, device, peerIfindex, peerNetnsId });
    }
  }
  const wires: Wire[] = [];
  const issues: Issue[] = [];
  for (const ends of byNode.values()) {
    const candidates = pairs(ends);
    const chosen = choose(candidates);
    for (const [a, b] of chosen) {
      wires.push({
        a: { netns: a.netns.ref, device: a.device.name },
        b: { netns: b.netns.ref, device: b.device.name },
      });
    }
    const done = new Set(chosen.flat());
    for (const [a, b] of candidates) {
      if (done.has(a) || done.has(b)) continue;
      const detail = `${describe(a)} and ${describe(b)}`;
      issues.push(warning('ambiguous-veth', a.device.source ?? { file: '', line: 1 }, detail));
    }
  }
  return { value: wires, issues };
}

type Pair = readonly [End, End];

/** All pairs that name each other. */
function pairs(ends: readonly End[]): readonly Pair[] {
  const byIndexes = new Map<string, End[]>();
  for (const end of ends) {
    const key = `${end.device.ifindex} ${end.peerIfindex}`;
    byIndexes.set(key, [...(byIndexes.get(key) ?? []), end]);
  }
  const found: Pair[] = [];
  for (const a of ends) {
    for (const b of byIndexes.get(`${a.peerIfindex} ${a.device.ifindex}`) ?? []) {
      if (a === b || !inOrder(a, b)) continue;
      // An end without a namespace id has its peer beside it; with one, elsewhere.
      const same = a.netns === b.netns;
      if (same === (a.peerNetnsId === null) && same === (b.peerNetnsId === null)) {
        found.push([a, b]);
      }
    }
  }
  return found;
}

/** Each pair is found from both ends; this keeps one. */
function inOrder(a: End, b: End): boolean {
  const [x, y] = [netnsKey(a.netns.ref), netnsKey(b.netns.ref)];
  return x < y || (x === y && a.device.ifindex < b.device.ifindex);
}

function choose(candidates: readonly Pair[]): readonly Pair[] {
  const chosen: Pair[] = [];
  let open = [...candidates];
  const take = (picked: readonly Pair[]): void => {
    chosen.push(...picked);
    const taken = new Set(picked.flat());
    open = open.filter(([a, b]) => !taken.has(a) && !taken.has(b));
  };
  const alone = (list: readonly Pair[]): readonly Pair[] => {
    const uses = new Map<End, number>();
    for (const end of list.flat()) uses.set(end, (uses.get(end) ?? 0) + 1);
    return list.filter(([a, b]) => uses.get(a) === 1 && uses.get(b) === 1);
  };
  const byMac = alone(open.filter(([a, b]) => macSeen(a, b) || macSeen(b, a)));
  const unambiguous = new Set(alone(open));
  take(byMac.filter((pair) => !unambiguous.has(pair)));
  take(alone(open));
  return chosen;
}

/** Whether `port`'s namespace learned the other end's MAC on it, or as a neighbour through it. */
function macSeen(port: End, other: End): boolean {
  const { mac } = other.device;
  if (mac === null) return false;
  const { name } = port.device;
  const learned = (port.netns.fdb ?? []).some(
    (entry) => entry.device === name && entry.mac === mac && !entry.permanent,
  );
  if (learned) return true;
  return (port.netns.neighbours ?? []).some((entry) => entry.device === name && entry.mac === mac);
}

function describe(end: End): string {
  return `${netnsKey(end.netns.ref)} ${end.device.name}`;
}
