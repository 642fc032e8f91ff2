import { yesNo } from '../../../decide.ts';
import { type MatchModel, unknownHere } from './match-model.ts';

/** `-m cgroup`: of the socket that sends the packet. Linux: struct xt_cgroup_info_v2. */
export interface CgroupMatch {
  readonly kind: 'cgroup';
  readonly negated: boolean;
  /** A class id, or a path below the root of cgroup2. */
  readonly of: { readonly classId: number } | { readonly path: string };
}

/** A packet without a socket never matches, inverted or not. Linux: cgroup_mt_v2(). */
export const cgroupMatch: MatchModel<CgroupMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate({ negated }, context) {
    const { localSocket, hook } = context.packet.context;
    // On the way in a socket is known only where early demultiplexing found it.
    if (localSocket === null && hook !== 'input') return 'no';
    return unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'cgroup',
      options: yesNo(negated && localSocket !== null ? 'yes' : 'no', 1),
    });
  },
};
