import type { OwnerMatch } from '../../../kernel/netfilter/xtables/match/owner.ts';
import {
  find,
  firstValue,
  flag,
  type Grammar,
  joined,
  type OptionUse,
  printed,
} from '../grammar.ts';
import { MAX_U32, parseRange, printRange } from '../numbers.ts';

type IdRange = OwnerMatch['uid'];

export const ownerGrammar: Grammar<OwnerMatch> = {
  extensions: {
    owner: { '--uid-owner': 1, '--gid-owner': 1, '--socket-exists': 0, '--suppl-groups': 0 },
  },
  negatable: ['--uid-owner', '--gid-owner', '--socket-exists'],
  parse({ options }) {
    const uid = parseIds(find(options, '--uid-owner'));
    const gid = parseIds(find(options, '--gid-owner'));
    if (uid === undefined || gid === undefined) return null;
    return {
      kind: 'owner',
      uid,
      gid,
      socketExists: flag(find(options, '--socket-exists')),
      supplementary: find(options, '--suppl-groups') !== undefined,
    };
  },
  print: ({ uid, gid, socketExists, supplementary }) =>
    joined(
      'owner',
      socketExists === null ? '' : printed(socketExists === 'no', '--socket-exists'),
      printIds('--uid-owner', uid),
      printIds('--gid-owner', gid),
      supplementary ? '--suppl-groups' : '',
    ),
};

function parseIds(option: OptionUse | undefined): IdRange | undefined {
  if (!option) return null;
  const range = parseRange(firstValue(option), '-', MAX_U32);
  return range ? { negated: option.negated, ...range } : undefined;
}

function printIds(name: string, range: IdRange): string {
  return range === null ? '' : printed(range.negated, `${name} ${printRange(range, '-')}`);
}
