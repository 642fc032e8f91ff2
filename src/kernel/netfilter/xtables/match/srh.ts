import type { Address } from '../../../../packet/address.ts';
import { underMask } from '../header-match.ts';
import type { AddressMatch } from '../rule.ts';
import { findExtension } from './extension-header.ts';
import { answer, type MatchModel } from './match-model.ts';
import { addressAt } from './wire-address.ts';

/** `-m srh`: the segment routing header. Linux: struct ip6t_srh1. RFC 8754. */
export interface SrhMatch {
  readonly kind: 'srh';
  readonly nextHeader: SrhNumber | null;
  readonly headerLength: readonly SrhNumber[];
  readonly segmentsLeft: readonly SrhNumber[];
  readonly lastEntry: readonly SrhNumber[];
  readonly tag: SrhNumber | null;
  readonly previous: AddressMatch | null;
  readonly next: AddressMatch | null;
  readonly last: AddressMatch | null;
}

export interface SrhNumber {
  readonly negated: boolean;
  readonly compare: 'eq' | 'gt' | 'lt';
  readonly value: number;
}

const ROUTING_HEADER = 43;
const TYPE = 4;
const SEGMENTS_AT = 8;
const SEGMENT = 16;

/** Linux: srh1_mt6(). */
export const srhMatch: MatchModel<SrhMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate(match, { packet }) {
    const bytes = findExtension(packet.skb.packet, ROUTING_HEADER)?.bytes;
    if (!bytes || bytes[2] !== TYPE) return 'no';
    const [next = 0, length = 0, , left = 0, last = 0] = bytes;
    if (left > last) return 'no';
    const segment = (index: number): Address => addressAt(bytes, SEGMENTS_AT + index * SEGMENT);
    return answer(
      fits(match.nextHeader, next) &&
        match.headerLength.every((asked) => fits(asked, length)) &&
        match.segmentsLeft.every((asked) => fits(asked, left)) &&
        match.lastEntry.every((asked) => fits(asked, last)) &&
        fits(match.tag, tagOf(bytes)) &&
        (match.previous === null || (left !== last && holds(match.previous, segment(left + 1)))) &&
        (match.next === null || (left !== 0 && holds(match.next, segment(left - 1)))) &&
        (match.last === null || holds(match.last, segment(0))),
    );
  },
};

/**
 * The kernel compares the tag with the rule's number as it lies in memory, so that on a little-endian machine its
 * bytes are swapped. docs/lab-notes/xtables-matches.md.
 */
function tagOf(bytes: Uint8Array): number {
  return (bytes[6] ?? 0) + (bytes[7] ?? 0) * 256;
}

function fits(asked: SrhNumber | null, value: number): boolean {
  if (asked === null) return true;
  const { negated, compare, value: wanted } = asked;
  const holds =
    compare === 'eq' ? value === wanted : compare === 'gt' ? value > wanted : value < wanted;
  return holds !== negated;
}

function holds(match: AddressMatch, address: Address): boolean {
  return underMask(match, address) !== match.negated;
}
