import { freshSkb } from '../../../../src/kernel/answer.ts';
import { confirm } from '../../../../src/kernel/conntrack/confirm.ts';
import { trackIncoming } from '../../../../src/kernel/conntrack/track.ts';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import { netnsKey } from '../../../../src/packet/place.ts';
import { explore } from '../../../../src/trace/branches.ts';
import { describeConnections } from '../describe.ts';
import type { Line } from './episode.ts';

/** What became of an episode. */
export interface Played {
  /** The packets' states, one after the other. */
  readonly states: readonly string[];
  /** What is left in the table. */
  readonly connections: readonly string[];
}

/** Lets conntrack of the model see an episode; throws when it asks anything but what is free. */
export function playInModel(netns: NetnsState, lines: readonly Line[]): Played {
  const { branches } = explore(
    (run) => {
      const states = lines.map(({ packet }) => {
        const { skb, full } = trackIncoming(run, netns, 'prerouting', freshSkb(packet));
        if (full) return 'full';
        const confirmed = confirm(run, netns, skb);
        return skb.ct.kind === 'tracked' && !confirmed.drop
          ? skb.ct.state.toLowerCase()
          : skb.ct.kind;
      });
      const table = run.connections(netnsKey(netns.ref));
      const left = table.filter(({ confirmed, dying }) => confirmed && !dying);
      return { states, connections: describeConnections(left) };
    },
    new Map(),
    8,
  );
  const [branch] = branches;
  if (branches.length !== 1 || !branch || branch.record.answers.size > 0) {
    throw new Error(`asked ${[...(branch?.record.answers.keys() ?? [])].join(', ')}`);
  }
  return branch.result;
}
