import type {
  DevgroupMatch,
  GroupMatch,
} from '../../../kernel/netfilter/xtables/match/devgroup.ts';
import { find, firstValue, type Grammar, joined, type OptionUse, printed } from '../grammar.ts';
import { parseMasked, printMark } from '../numbers.ts';

/** The one name that every node has; others are of its own /etc/iproute2/group. */
const DEFAULT = 'default';

export const devgroupGrammar: Grammar<DevgroupMatch> = {
  extensions: { devgroup: { '--src-group': 1, '--dst-group': 1 } },
  negatable: ['--src-group', '--dst-group'],
  parse({ options }) {
    const source = parseGroup(find(options, '--src-group'));
    const destination = parseGroup(find(options, '--dst-group'));
    if (source === undefined || destination === undefined) return null;
    return { kind: 'devgroup', source, destination };
  },
  print: ({ source, destination }) =>
    joined('devgroup', printGroup('--src-group', source), printGroup('--dst-group', destination)),
};

function parseGroup(option: OptionUse | undefined): GroupMatch | null | undefined {
  if (!option) return null;
  const text = firstValue(option);
  const masked = parseMasked(text === DEFAULT ? '0' : text);
  return masked ? { negated: option.negated, group: masked.value, mask: masked.mask } : undefined;
}

function printGroup(name: string, match: GroupMatch | null): string {
  if (match === null) return '';
  const { negated, group, mask } = match;
  const text = printMark({ value: group, mask });
  return printed(negated, `${name} ${text === '0x0' ? DEFAULT : text}`);
}
