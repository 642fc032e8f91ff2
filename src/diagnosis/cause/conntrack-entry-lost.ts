import { assumed } from './by-assumption.ts';
import { type Cause, NOWHERE } from './cause.ts';

/**
 * The entry that would translate the reply back is gone (flushed, expired, untracked, table full):
 * the reply reaches a host that knows no such connection. Linux: nf_conntrack_in().
 */
export const CONNTRACK_ENTRY_LOST: Cause = {
  id: 'conntrack-entry-lost',
  locate: (ending) => {
    const lost = assumed(ending, 'conntrack-entry');
    return lost ? { ...NOWHERE, where: lost.where ?? ending.packet.at } : null;
  },
};
