import type { RecentMatch } from '../../../kernel/netfilter/xtables/match/recent.ts';
import { formatAddress, parseAddress } from '../../../packet/address.ts';
import { maskOf } from '../addresses.ts';
import { find, firstValue, type Grammar, joined, type OptionUse, printed } from '../grammar.ts';
import { MAX_U32, parseNumber } from '../numbers.ts';

const OPERATIONS = ['set', 'rcheck', 'update', 'remove'] as const;

export const recentGrammar: Grammar<RecentMatch> = {
  extensions: {
    recent: {
      '--set': 0,
      '--rcheck': 0,
      '--update': 0,
      '--remove': 0,
      '--seconds': 1,
      '--reap': 0,
      '--hitcount': 1,
      '--rttl': 0,
      '--name': 1,
      '--mask': 1,
      '--rsource': 0,
      '--rdest': 0,
    },
  },
  negatable: ['--set', '--rcheck', '--update', '--remove'],
  parse({ options, scope: { family } }) {
    const used = OPERATIONS.flatMap((operation) => {
      const option = find(options, `--${operation}`);
      return option ? [{ operation, option }] : [];
    });
    const [first] = used;
    const seconds = numberOption(find(options, '--seconds'));
    const hitcount = numberOption(find(options, '--hitcount'));
    const maskOption = find(options, '--mask');
    const mask = maskOption
      ? parseAddress(firstValue(maskOption))
      : maskOf(family, family === 4 ? 32 : 128);
    if (!first || used.length > 1 || mask?.family !== family) return null;
    if (seconds === undefined || hitcount === undefined) return null;
    return {
      kind: 'recent',
      negated: first.option.negated,
      operation: first.operation,
      seconds,
      reap: find(options, '--reap') !== undefined,
      hitcount,
      ttl: find(options, '--rttl') !== undefined,
      list: firstValue(find(options, '--name')) || 'DEFAULT',
      mask,
      side: find(options, '--rdest') ? 'destination' : 'source',
    };
  },
  print: (match) =>
    joined(
      'recent',
      printed(match.negated, `--${match.operation}`),
      match.seconds === null ? '' : `--seconds ${match.seconds}`,
      match.reap ? '--reap' : '',
      match.hitcount === null ? '' : `--hitcount ${match.hitcount}`,
      match.ttl ? '--rttl' : '',
      `--name ${match.list}`,
      `--mask ${formatAddress(match.mask)}`,
      match.side === 'source' ? '--rsource' : '--rdest',
    ),
};

function numberOption(option: OptionUse | undefined): number | null | undefined {
  if (!option) return null;
  return parseNumber(firstValue(option), MAX_U32) ?? undefined;
}
