import type { CtDirection } from '../../../../linux/ct-state.ts';
import type { Support } from '../../../../packet/issue.ts';
import type { Connection } from '../../../conntrack/connection.ts';
import { isMapped } from '../../../conntrack/manip.ts';
import { seenByRules } from '../../../conntrack/template.ts';
import type { Tuple } from '../../../conntrack/tuple.ts';
import { zoneIn } from '../../../conntrack/zone.ts';
import type { CtAttachment } from '../../../skb.ts';
import type { RuleScope } from '../rule-scope.ts';
import { addressScalar, BREAK, type Evaluated, known, type Part, UNKNOWN_VALUE } from '../value.ts';
import { labelBits } from './ct-label.ts';

/** What connection tracking knows of the packet: `ct state`, `ct original ip daddr`. */
export interface CtExpression {
  readonly kind: 'ct';
  readonly key: CtKey;
  /** Of keys that differ between the directions; null is the packet's own. */
  readonly direction: CtDirection | null;
}

export const CT_KEYS = [
  'state',
  'direction',
  'status',
  'mark',
  'secmark',
  'expiration',
  'helper',
  'label',
  'l3proto',
  'protocol',
  'saddr',
  'daddr',
  'ip saddr',
  'ip daddr',
  'ip6 saddr',
  'ip6 daddr',
  'proto-src',
  'proto-dst',
  'bytes',
  'packets',
  'avgpkt',
  'zone',
  'id',
] as const;

export type CtKey = (typeof CT_KEYS)[number];

/** Bits of `ct state`. Linux: NF_CT_STATE_BIT(), as nft names them. */
export const CT_STATE_BITS = {
  invalid: 1,
  established: 2,
  related: 4,
  new: 8,
  untracked: 64,
} as const;

/** Bits of `ct status`. Linux: enum ip_conntrack_status. */
export const CT_STATUS_BITS = {
  expected: 0x1,
  'seen-reply': 0x2,
  assured: 0x4,
  confirmed: 0x8,
  snat: 0x10,
  dnat: 0x20,
  dying: 0x200,
} as const;

const SRC_NAT_DONE = 0x80;
const DST_NAT_DONE = 0x100;

/** Without a connection only the state has a value. Linux: nft_ct_get_eval(). */
export function evaluateCt({ key, direction }: CtExpression, { packet }: RuleScope): Evaluated {
  const ct = seenByRules(packet.skb.ct);
  if (key === 'state') return known(stateBits(ct));
  if (ct.kind !== 'tracked') return BREAK;
  const { connection } = ct;
  const tuple = (direction ?? ct.direction) === 'original' ? connection.original : connection.reply;
  switch (key) {
    case 'direction':
      return known(ct.direction === 'original' ? 0 : 1);
    case 'status':
      return loaded(statusBits(connection));
    case 'mark':
      return known(connection.mark);
    case 'zone':
      return known(direction ? zoneIn(connection.zone, direction) : connection.zone.id);
    case 'protocol':
      return known(tuple.protocol);
    case 'l3proto':
      return known(tuple.source.family === 4 ? 2 : 10);
    case 'saddr':
      return known(addressScalar(tuple.source));
    case 'daddr':
      return known(addressScalar(tuple.destination));
    case 'ip saddr':
    case 'ip6 saddr':
      return ofFamily(key, tuple, addressScalar(tuple.source));
    case 'ip daddr':
    case 'ip6 daddr':
      return ofFamily(key, tuple, addressScalar(tuple.destination));
    case 'proto-src':
      return known(tuple.sport);
    case 'proto-dst':
      return known(tuple.dport);
    case 'helper':
      // The helper of the connection that expected this one.
      return connection.expected ? UNKNOWN_VALUE : BREAK;
    case 'label':
      return connection.labels === null ? UNKNOWN_VALUE : loaded(labelBits(connection.labels));
    case 'secmark':
    case 'expiration':
    case 'bytes':
    case 'packets':
    case 'avgpkt':
    case 'id':
      return UNKNOWN_VALUE;
  }
}

const FACTS: ReadonlySet<CtKey> = new Set<CtKey>([
  'secmark',
  'expiration',
  'helper',
  'label',
  'bytes',
  'packets',
  'avgpkt',
  'id',
]);

export function ctSupport({ key }: CtExpression): Support {
  return FACTS.has(key) ? 'given-fact' : 'exact';
}

function loaded(part: Part): Evaluated {
  return part === null ? UNKNOWN_VALUE : known(part);
}

/** A packet that conntrack has not seen has the state of one that it refused. */
function stateBits(ct: CtAttachment): number {
  switch (ct.kind) {
    case 'none':
    case 'invalid':
      return CT_STATE_BITS.invalid;
    case 'untracked':
      return CT_STATE_BITS.untracked;
    case 'tracked':
      switch (ct.state) {
        case 'NEW':
          return CT_STATE_BITS.new;
        case 'ESTABLISHED':
          return CT_STATE_BITS.established;
        case 'RELATED':
          return CT_STATE_BITS.related;
      }
  }
}

function ofFamily(key: string, tuple: Tuple, address: Part): Evaluated {
  return key.startsWith('ip6') === (tuple.source.family === 6) ? loaded(address) : BREAK;
}

/** A connection that may or may not be assured by now is taken as not. Linux: enum ip_conntrack_status. */
function statusBits(connection: Connection): number {
  const { expected, seenReply, assured, confirmed, srcNatDone, dstNatDone, dying } = connection;
  return (
    (expected ? CT_STATUS_BITS.expected : 0) |
    (seenReply ? CT_STATUS_BITS['seen-reply'] : 0) |
    (assured ? CT_STATUS_BITS.assured : 0) |
    (confirmed ? CT_STATUS_BITS.confirmed : 0) |
    (isMapped(connection, 'src') ? CT_STATUS_BITS.snat : 0) |
    (isMapped(connection, 'dst') ? CT_STATUS_BITS.dnat : 0) |
    (srcNatDone ? SRC_NAT_DONE : 0) |
    (dstNatDone ? DST_NAT_DONE : 0) |
    (dying ? CT_STATUS_BITS.dying : 0)
  );
}
