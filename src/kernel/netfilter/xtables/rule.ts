import type { Address } from '../../../packet/address.ts';
import type { SourceRef } from '../../../packet/source-ref.ts';
import type { XtMatch } from './match/match-types.ts';
import type { XtTarget } from './target/target-types.ts';

/** One rule: all matches must hold, in order, then the target acts. Linux: struct ipt_entry. */
export interface XtRule {
  /** The rule as iptables-save prints it, without counters: `-A OUTPUT -d ... -j ...`. */
  readonly text: string;
  readonly source: SourceRef;
  readonly counters: XtCounters | null;
  readonly header: HeaderMatch;
  readonly matches: readonly XtMatch[];
  readonly target: XtTarget;
}

export interface XtCounters {
  readonly packets: number;
  readonly bytes: number;
}

/** What every rule can ask of the IP header and the devices. Linux: struct ipt_ip. */
export interface HeaderMatch {
  readonly source: AddressMatch | null;
  readonly destination: AddressMatch | null;
  readonly inDevice: DeviceMatch | null;
  readonly outDevice: DeviceMatch | null;
  readonly protocol: ProtocolMatch | null;
  /** `-f`: only non-first fragments; `! -f`: only whole packets and first fragments. */
  readonly fragment: 'later' | 'first' | null;
}

/** An address under a mask; masks need not be contiguous. */
export interface MaskedAddress {
  readonly address: Address;
  readonly mask: Address;
}

export interface AddressMatch extends MaskedAddress {
  readonly negated: boolean;
}

export interface DeviceMatch {
  readonly negated: boolean;
  /** The name without a final `+`. */
  readonly name: string;
  /** `eth+`: any device whose name starts so. */
  readonly prefix: boolean;
}

export interface ProtocolMatch {
  readonly negated: boolean;
  readonly protocol: number;
}

/** The header part of a rule that asks nothing. */
export const ANY_HEADER: HeaderMatch = {
  source: null,
  destination: null,
  inDevice: null,
  outDevice: null,
  protocol: null,
  fragment: null,
};
