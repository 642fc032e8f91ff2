import { findExtension } from './extension-header.ts';
import { answer, type MatchModel } from './match-model.ts';

/** `-m hbh` and `-m dst`: options for every hop or for the destination. Linux: struct ip6t_opts. */
export interface Ipv6OptionsMatch {
  readonly kind: 'ipv6-options';
  readonly header: 'hbh' | 'dst';
  readonly length: { readonly negated: boolean; readonly length: number } | null;
  /** In their order; null asks for no length. */
  readonly options: readonly Ipv6Option[];
}

export interface Ipv6Option {
  readonly type: number;
  readonly length: number | null;
}

const NUMBERS = { hbh: 0, dst: 60 } as const;

/** Linux: hbh_mt6(). */
export const ipv6OptionsMatch: MatchModel<Ipv6OptionsMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ header: name, length, options }, { packet }) {
    const header = findExtension(packet.skb.packet, NUMBERS[name]);
    if (header === null) return 'no';
    const { bytes } = header;
    if (length && (length.length === bytes.length) === length.negated) return 'no';
    return answer(beginsWith(bytes.subarray(2), options));
  },
};

/** Whether the options of a header are these, up to the last one that is asked for. */
function beginsWith(bytes: Uint8Array, options: readonly Ipv6Option[]): boolean {
  let at = 0;
  for (const [i, { type, length }] of options.entries()) {
    const found = bytes[at];
    if (found === undefined || found !== type) return false;
    // The option of type 0 is a single byte of padding.
    if (found === 0) {
      at++;
    } else {
      const has = bytes[at + 1];
      if (has === undefined || (length !== null && has !== length)) return false;
      at += has + 2;
    }
    if (at > bytes.length && i < options.length - 1) return false;
  }
  return true;
}
