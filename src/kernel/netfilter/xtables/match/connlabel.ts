import type { Connection } from '../../../conntrack/connection.ts';
import { seenByRules } from '../../../conntrack/template.ts';
import { OPEN_QUESTION } from '../../../decide.ts';
import { answer, type MatchModel, unknownHere } from './match-model.ts';

/** `-m connlabel`: one of 128 bits of a connection. Linux: struct xt_connlabel_mtinfo. */
export interface ConnlabelMatch {
  readonly kind: 'connlabel';
  readonly negated: boolean;
  /** The bit's number; a name of /etc/xtables/connlabel.conf has no known number. */
  readonly label: number | string;
  /** Sets the bit, and holds when that worked. */
  readonly set: boolean;
}

/** The labels that rules of a run set. A connection of this run has no others. */
const labels = new WeakMap<Connection, Set<number | string>>();

/** Linux: connlabel_mt(). */
export const connlabelMatch: MatchModel<ConnlabelMatch> = {
  support: (match) => (typeof match.label === 'number' ? 'exact' : 'given-fact'),
  effect: 'stateful',
  evaluate({ negated, label, set }, context) {
    const ct = seenByRules(context.packet.skb.ct);
    if (ct.kind !== 'tracked') return answer(negated);
    const { connection } = ct;
    const known = labels.get(connection);
    if (known?.has(label)) return answer(!negated);
    if (set) {
      if (known) known.add(label);
      else labels.set(connection, new Set([label]));
      return answer(!negated);
    }
    if (connection.loadedFrom === null) return answer(negated);
    return unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'connlabel',
      options: OPEN_QUESTION,
    });
  },
};
