import { netnsKey } from '../../../../packet/place.ts';
import { yesNo } from '../../../decide.ts';
import {
  answer,
  every,
  type MatchAnswer,
  type MatchContext,
  type MatchModel,
} from './match-model.ts';

/** `-m devgroup`: groups of devices, as `ip link set DEV group N`. Linux: struct xt_devgroup_info. */
export interface DevgroupMatch {
  readonly kind: 'devgroup';
  readonly source: GroupMatch | null;
  readonly destination: GroupMatch | null;
}

export interface GroupMatch {
  readonly negated: boolean;
  readonly group: number;
  readonly mask: number;
}

/** Linux: devgroup_mt(). */
export const devgroupMatch: MatchModel<DevgroupMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate({ source, destination }, context) {
    const { iif, oif } = context.packet.context;
    return every([fits(source, iif, context), fits(destination, oif, context)]);
  },
};

function fits(match: GroupMatch | null, name: string, context: MatchContext): MatchAnswer {
  if (match === null) return 'yes';
  const { netns } = context.packet.context;
  const group = netns.devices?.find((device) => device.name === name)?.group;
  const inGroup = (number: number): boolean =>
    (((number ^ match.group) & match.mask) === 0) !== match.negated;
  if (group !== undefined) return answer(inGroup(group));
  return {
    kind: 'unknown',
    question: {
      id: `device-group:${netnsKey(netns.ref)}:${name}:${match.group}:${match.mask}:${match.negated}`,
      kind: 'unknown',
      topic: 'device',
      where: netns.ref,
      subject: `group of ${name}`,
      // Devices are in group 0 until somebody puts them elsewhere.
      options: yesNo(inGroup(0) ? 'yes' : 'no', 1),
    },
  };
}
