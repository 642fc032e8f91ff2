import type { Ternary } from '../../decide.ts';
import type { Run } from '../../run.ts';
import { ipsetDimensions } from '../ipset-element.ts';
import { ipsetKey, type SetDirection, type SetQuery, testIpset } from '../ipset-membership.ts';
import type { RulePacket } from '../rule-context.ts';

/** Whether rules of a run put an element into a set (true) or took it out, by set and element. */
const changes = new WeakMap<Run, Map<string, boolean>>();

/** Whether a packet is in a set, after what rules of this run changed. */
export function testSetInRun(query: SetQuery, packet: RulePacket, run: Run): Ternary {
  const changed = changes.get(run);
  if (changed) {
    const key = ipsetKey(query.set, query.directions, packet);
    const member = key === null ? undefined : changed.get(key);
    if (member !== undefined) return member ? 'yes' : 'no';
  }
  return testIpset(query, packet);
}

/**
 * Puts what a packet shows into a set, or takes it out, for the rest of the run. False when the set
 * is not known, or is one whose elements are networks or other sets: what is put into those depends
 * on what else they hold. Linux: ip_set_add(), ip_set_del().
 */
export function changeSetInRun(
  change: {
    readonly set: string;
    readonly directions: readonly SetDirection[];
    readonly add: boolean;
  },
  packet: RulePacket,
  run: Run,
): boolean {
  const set = packet.context.netns.ipsets?.find(({ name }) => name === change.set);
  const dimensions = set ? ipsetDimensions(set.type) : null;
  if (!set || dimensions === null || set.unsupported.length > 0) return false;
  if (dimensions.includes('net') || dimensions.includes('set')) return false;
  const key = ipsetKey(change.set, change.directions, packet);
  // With fewer directions than the set has dimensions nothing is added.
  if (key === null) return true;
  let ofRun = changes.get(run);
  if (!ofRun) {
    ofRun = new Map();
    changes.set(run, ofRun);
  }
  ofRun.set(key, change.add);
  return true;
}
