import { OPEN_QUESTION } from '../../../decide.ts';
import { answer, every, type MatchModel, unknownHere } from './match-model.ts';
import { type PortRange as IdRange, portFits as idFits } from './port-range.ts';

/** `-m owner`: the socket that sends the packet. Linux: struct xt_owner_match_info. */
export interface OwnerMatch {
  readonly kind: 'owner';
  readonly uid: IdRange | null;
  readonly gid: IdRange | null;
  readonly socketExists: 'yes' | 'no' | null;
  /** `--suppl-groups`: the group may be a supplementary one. */
  readonly supplementary: boolean;
}

/** Without a socket the match holds when everything asked for is inverted. Linux: owner_mt(). */
export const ownerMatch: MatchModel<OwnerMatch> = {
  support: (match) => (match.uid || match.gid ? 'given-fact' : 'exact'),
  effect: 'pure',
  evaluate({ uid, gid, socketExists }, context) {
    const socket = context.packet.context.localSocket;
    if (socket === null) {
      return answer(uid?.negated !== false && gid?.negated !== false && socketExists !== 'yes');
    }
    if (socketExists === 'no') return 'no';
    const unknown = (about: string) =>
      unknownHere(context, { kind: 'unknown', topic: 'match', about, options: OPEN_QUESTION });
    return every([
      uid === null ? 'yes' : socket.uid === null ? unknown('uid') : answer(idFits(uid, socket.uid)),
      gid === null ? 'yes' : unknown('gid'),
    ]);
  },
};
