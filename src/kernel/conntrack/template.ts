import { IPV4_ANY } from '../../packet/address.ts';
import type { CtAttachment } from '../skb.ts';
import type { Tuple } from './tuple.ts';

const NOTHING: Tuple = {
  protocol: 0,
  source: IPV4_ANY,
  destination: IPV4_ANY,
  sport: 0,
  dport: 0,
};

/** Whether a packet has a connection, or the template of one. Linux: skb->_nfct != 0. */
export function isAttached(ct: CtAttachment): boolean {
  return ct.kind !== 'none' || ct.zone !== undefined;
}

/**
 * What rules see of a packet's connection. One that `-j CT --zone` chose a zone for carries a template until
 * conntrack looks at it: a connection of nobody, whose state reads NEW.
 * Linux: xt_ct_target(), nf_ct_get().
 */
export function seenByRules(ct: CtAttachment): CtAttachment {
  if (ct.kind !== 'none' || ct.zone === undefined) return ct;
  return {
    kind: 'tracked',
    direction: 'original',
    state: 'NEW',
    connection: {
      original: NOTHING,
      reply: NOTHING,
      seenReply: false,
      confirmed: false,
      dstNatDone: false,
      srcNatDone: false,
      mark: 0,
      labels: new Set(),
      zone: ct.zone,
      assured: false,
      expected: false,
      state: null,
      loadedFrom: null,
    },
  };
}
