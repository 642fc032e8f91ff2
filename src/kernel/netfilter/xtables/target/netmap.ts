import type { Prefix } from '../../../../packet/prefix.ts';
import { lastAddress } from '../last-address.ts';
import type { TargetModel } from './target-model.ts';

/** `-j NETMAP`. Linux: netmap_tg4(). */
export interface NetmapTarget {
  readonly kind: 'netmap';
  readonly to: Prefix;
}

/** Maps the destination in PREROUTING and OUTPUT, the source elsewhere. */
export const netmapTarget: TargetModel<NetmapTarget> = {
  support: () => 'exact',
  apply({ to }, { packet }) {
    const { hook } = packet.context;
    const kind = hook === 'prerouting' || hook === 'output' ? 'netmap-dst' : 'netmap-src';
    return {
      kind: 'end',
      verdict: { kind: 'nat', nat: { kind, first: to.address, last: lastAddress(to) } },
    };
  },
};
