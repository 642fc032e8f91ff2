import type { PolicyMatch } from '../../../kernel/netfilter/xtables/match/policy.ts';
import { find, firstValue, type Grammar, joined } from '../grammar.ts';

export const policyGrammar: Grammar<PolicyMatch> = {
  extensions: {
    policy: {
      '--dir': 1,
      '--pol': 1,
      '--strict': 0,
      '--reqid': 1,
      '--spi': 1,
      '--proto': 1,
      '--mode': 1,
      '--tunnel-src': 1,
      '--tunnel-dst': 1,
      '--next': 0,
    },
  },
  negatable: ['--reqid', '--spi', '--proto', '--mode', '--tunnel-src', '--tunnel-dst'],
  // Each element of a policy has its own.
  repeatable: ['--reqid', '--spi', '--proto', '--mode', '--tunnel-src', '--tunnel-dst', '--next'],
  parse({ options, raw }) {
    const direction = firstValue(find(options, '--dir'));
    const policy = firstValue(find(options, '--pol'));
    if (direction !== 'in' && direction !== 'out') return null;
    if (policy !== 'none' && policy !== 'ipsec') return null;
    const elements = raw.replace(/--dir \S+ ?|--pol \S+ ?/g, '').trim();
    return { kind: 'policy', direction, policy, elements };
  },
  print: ({ direction, policy, elements }) =>
    joined(`policy --dir ${direction} --pol ${policy}`, elements),
};
