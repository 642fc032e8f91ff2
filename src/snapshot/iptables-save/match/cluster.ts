import type { ClusterMatch } from '../../../kernel/netfilter/xtables/match/cluster.ts';
import { find, firstValue, type Grammar, joined, printed } from '../grammar.ts';
import { hex, MAX_U32, parseNumber } from '../numbers.ts';

const MAX_NODES = 32;

export const clusterGrammar: Grammar<ClusterMatch> = {
  extensions: {
    cluster: {
      '--cluster-total-nodes': 1,
      '--cluster-local-node': 1,
      '--cluster-local-nodemask': 1,
      '--cluster-hash-seed': 1,
    },
  },
  negatable: ['--cluster-local-node', '--cluster-local-nodemask'],
  parse({ options }) {
    const node = find(options, '--cluster-local-node');
    const mask = find(options, '--cluster-local-nodemask');
    const nodes = parseNumber(firstValue(find(options, '--cluster-total-nodes')), MAX_NODES);
    const seed = parseNumber(firstValue(find(options, '--cluster-hash-seed')), MAX_U32);
    const value = parseNumber(firstValue(node ?? mask), node ? MAX_NODES : MAX_U32);
    if (nodes === null || seed === null || value === null || (node && mask)) return null;
    return {
      kind: 'cluster',
      negated: (node ?? mask)?.negated === true,
      nodes,
      nodeMask: node ? (1 << (value - 1)) >>> 0 : value,
      seed,
    };
  },
  print: ({ negated, nodes, nodeMask, seed }) =>
    joined(
      'cluster',
      printed(negated, `--cluster-local-nodemask ${hex(nodeMask, 8)}`),
      `--cluster-total-nodes ${nodes} --cluster-hash-seed ${hex(seed, 8)}`,
    ),
};
