import { Command } from 'commander';
import { usageFailure } from '../failure.ts';
import type { Io } from '../io.ts';

export function explainCommand(io: Io): Command {
  return new Command('explain')
    .description('explain a drop reason, hook, table, chain, sysctl or cause in plain words')
    .argument('<word>', 'e.g. IP_RPFILTER, postrouting, KUBE-SVC-XYZ, rp_filter')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  hookline explain IP_RPFILTER
  hookline explain KUBE-MARK-MASQ
  hookline explain net.ipv4.conf.flannel0.rp_filter`,
    )
    .action(async (word: string, options: { json?: true }) => {
      const { explanationsOf, nearWords } = await import('../../report/explain/glossary.ts');
      const found = explanationsOf(word);
      if (found.length === 0) {
        const near = nearWords(word);
        const hint = near.length > 0 ? `; near: ${near.join(', ')}` : '';
        throw usageFailure(`explain: nothing known of '${word}'${hint}`);
      }
      if (options.json) {
        const { EXPLAIN_SCHEMA } = await import('../schema/explain.ts');
        io.out(`${JSON.stringify({ schema: EXPLAIN_SCHEMA, entries: found }, null, 2)}\n`);
        return;
      }
      const { renderExplanations } = await import('../../report/explain/render-explanation.ts');
      io.out(renderExplanations(found, io.canvas));
    });
}
