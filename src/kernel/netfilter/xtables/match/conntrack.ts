import type { CtDirection, CtState } from '../../../../linux/ct-state.ts';
import type { Address } from '../../../../packet/address.ts';
import type { Connection } from '../../../conntrack/connection.ts';
import { isMapped } from '../../../conntrack/manip.ts';
import { seenByRules } from '../../../conntrack/template.ts';
import { OPEN_QUESTION } from '../../../decide.ts';
import type { CtAttachment } from '../../../skb.ts';
import { underMask } from '../header-match.ts';
import type { AddressMatch } from '../rule.ts';
import { answer, every, type MatchAnswer, type MatchModel, unknownHere } from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';

/** `-m conntrack`. Linux: struct xt_conntrack_mtinfo3. */
export interface ConntrackMatch {
  readonly kind: 'conntrack';
  readonly states: { readonly negated: boolean; readonly any: readonly CtStateBit[] } | null;
  readonly protocol: { readonly negated: boolean; readonly protocol: number } | null;
  readonly original: TupleMatch;
  readonly reply: TupleMatch;
  readonly status: { readonly negated: boolean; readonly any: readonly CtStatus[] } | null;
  /** Seconds until the entry expires. */
  readonly expires: PortRange | null;
  readonly direction: { readonly negated: boolean; readonly direction: CtDirection } | null;
}

/** A state or one of xt_conntrack's two virtual states. */
export type CtStateBit = CtState | 'SNAT' | 'DNAT';

export type CtStatus = 'EXPECTED' | 'SEEN_REPLY' | 'ASSURED' | 'CONFIRMED';

export interface TupleMatch {
  readonly source: AddressMatch | null;
  readonly destination: AddressMatch | null;
  readonly sport: PortRange | null;
  readonly dport: PortRange | null;
}

/** Linux: conntrack_mt(). */
export const conntrackMatch: MatchModel<ConntrackMatch> = {
  support: (match) => (match.expires || match.status ? 'given-fact' : 'exact'),
  effect: 'pure',
  evaluate(match, context) {
    const ct = seenByRules(context.packet.skb.ct);
    if (match.states && !statesFit(match.states, ct)) return 'no';
    // Without a connection only the state can be asked for.
    if (ct.kind !== 'tracked') return answer(match.states !== null);
    const { connection, direction } = ct;
    if (match.direction) {
      if ((match.direction.direction === direction) === match.direction.negated) return 'no';
    }
    if (match.protocol) {
      const same = connection.original.protocol === match.protocol.protocol;
      if (same === match.protocol.negated) return 'no';
    }
    if (!tupleFits(match.original, connection.original)) return 'no';
    if (!tupleFits(match.reply, connection.reply)) return 'no';
    const unknown = (about: string): MatchAnswer =>
      unknownHere(context, { kind: 'unknown', topic: 'match', about, options: OPEN_QUESTION });
    return every([
      match.status ? (statusFits(match.status, connection) ?? unknown('ctstatus')) : 'yes',
      match.expires ? unknown('ctexpire') : 'yes',
    ]);
  },
};

/** Whether one of the listed states is the packet's. */
export function statesFit(
  states: { readonly negated: boolean; readonly any: readonly CtStateBit[] },
  ct: CtAttachment,
): boolean {
  return states.any.some((bit) => hasState(ct, bit)) !== states.negated;
}

function hasState(ct: CtAttachment, bit: CtStateBit): boolean {
  switch (ct.kind) {
    case 'none':
    case 'invalid':
      return bit === 'INVALID';
    case 'untracked':
      return bit === 'UNTRACKED';
    case 'tracked':
      if (bit === 'SNAT') return isMapped(ct.connection, 'src');
      if (bit === 'DNAT') return isMapped(ct.connection, 'dst');
      return bit === ct.state;
  }
}

function tupleFits(
  match: TupleMatch,
  tuple: { source: Address; destination: Address; sport: number; dport: number },
): boolean {
  return (
    addressFits(match.source, tuple.source) &&
    addressFits(match.destination, tuple.destination) &&
    portFits(match.sport, tuple.sport) &&
    portFits(match.dport, tuple.dport)
  );
}

function addressFits(match: AddressMatch | null, address: Address): boolean {
  return match === null || underMask(match, address) !== match.negated;
}

/** null when it depends on a status bit that the model does not keep. */
function statusFits(
  status: { readonly negated: boolean; readonly any: readonly CtStatus[] },
  connection: Connection,
): MatchAnswer | null {
  let unknown = false;
  for (const bit of status.any) {
    const set = statusBit(connection, bit);
    if (set) return answer(!status.negated);
    if (set === null) unknown = true;
  }
  return unknown ? null : answer(status.negated);
}

function statusBit(connection: Connection, bit: CtStatus): boolean | null {
  switch (bit) {
    case 'SEEN_REPLY':
      return connection.seenReply;
    case 'CONFIRMED':
      return connection.confirmed;
    case 'ASSURED':
      return connection.assured;
    case 'EXPECTED':
      // Which helper announced an entry of a snapshot, no listing says.
      return connection.loadedFrom === null ? connection.expected : null;
  }
}
