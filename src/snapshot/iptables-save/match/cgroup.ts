import type { CgroupMatch } from '../../../kernel/netfilter/xtables/match/cgroup.ts';
import { find, firstValue, type Grammar, joined, printed } from '../grammar.ts';
import { MAX_U32, parseNumber } from '../numbers.ts';
import { printValue } from '../tokenize.ts';

export const cgroupGrammar: Grammar<CgroupMatch> = {
  extensions: { cgroup: { '--cgroup': 1, '--path': 1 } },
  negatable: ['--cgroup', '--path'],
  parse({ options }) {
    const path = find(options, '--path');
    const option = find(options, '--cgroup');
    if (!path === !option) return null;
    if (path) return { kind: 'cgroup', negated: path.negated, of: { path: firstValue(path) } };
    const classId = parseNumber(firstValue(option), MAX_U32);
    return classId === null
      ? null
      : { kind: 'cgroup', negated: option?.negated === true, of: { classId } };
  },
  print: ({ negated, of }) =>
    joined(
      'cgroup',
      printed(negated, 'path' in of ? `--path ${printValue(of.path)}` : `--cgroup ${of.classId}`),
    ),
};
