import type { EcnTarget } from '../../../kernel/netfilter/xtables/target/ecn.ts';
import { find, type Grammar, joined } from '../grammar.ts';
import { type NegatableNumber, numberOption } from '../numbers.ts';

/** `--ecn-tcp-remove` clears both bits of TCP. iptables: libipt_ECN.c. */
export const ecnGrammar: Grammar<EcnTarget> = {
  extensions: {
    ECN: { '--ecn-tcp-remove': 0, '--ecn-tcp-cwr': 1, '--ecn-tcp-ece': 1, '--ecn-ip-ect': 1 },
  },
  negatable: [],
  parse({ options }) {
    const remove = find(options, '--ecn-tcp-remove') !== undefined;
    const cwr = numberOption(find(options, '--ecn-tcp-cwr'), 1);
    const ece = numberOption(find(options, '--ecn-tcp-ece'), 1);
    const ect = numberOption(find(options, '--ecn-ip-ect'), 3);
    if (cwr === undefined || ece === undefined || ect === undefined) return null;
    if (options.length === 0 || (remove && (cwr || ece))) return null;
    return {
      kind: 'ecn',
      ect: ect === null ? null : ect.value,
      ece: remove ? false : bit(ece),
      cwr: remove ? false : bit(cwr),
    };
  },
  print: ({ ect, ece, cwr }) =>
    joined(
      'ECN',
      ece === false && cwr === false ? '--ecn-tcp-remove' : printBits(ece, cwr),
      ect === null ? '' : `--ecn-ip-ect ${ect}`,
    ),
};

function bit(number: NegatableNumber | null): boolean | null {
  return number === null ? null : number.value === 1;
}

function printBits(ece: boolean | null, cwr: boolean | null): string {
  return joined(
    ece === null ? '' : `--ecn-tcp-ece ${Number(ece)}`,
    cwr === null ? '' : `--ecn-tcp-cwr ${Number(cwr)}`,
  );
}
