import { Command } from 'commander';
import { EXIT, type SetExit } from '../exit-code.ts';
import { usageFailure } from '../failure.ts';
import { addFlowOptions } from '../flow-options.ts';
import type { FlowText } from '../flow-text.ts';
import type { Io } from '../io.ts';
import { addOutputOptions, type OutputOptions } from '../level-option.ts';

interface CompareOptions extends FlowText, OutputOptions {
  readonly snapshot?: string;
  readonly evidence?: readonly string[];
}

export function compareCommand(io: Io, setExit: SetExit): Command {
  const command = new Command('compare')
    .description('put two flows side by side and mark where they first differ')
    .argument('<a>', 'a flow as NAME=VALUE words, a file of trace --json, or a conversation')
    .argument('<b>', 'the same')
    .option('--snapshot <folder>', 'the snapshot that flows are traced in')
    .option(
      '--evidence <path>',
      'the log or capture whose conversations are compared; may be repeated',
      (path: string, paths: readonly string[] = []) => [...paths, path],
    );
  addFlowOptions(command);
  return addOutputOptions(command)
    .addHelpText(
      'after',
      `
The flow options hold for both flows; a flow's own words come on top, and NAME= takes one back.
A conversation is given by the number that hookline evidence prints.
The exit code is 0 when they do not differ, 1 when they do.

Examples:
  hookline compare --snapshot snapshot --from n1 --to 10.96.10.2:80 iface= iface=flannel0
  hookline compare --evidence incident.md 1 3
  hookline trace before ... --json > a.json; hookline trace after ... --json > b.json
  hookline compare a.json b.json`,
    )
    .action(async (a: string, b: string, options: CompareOptions) => {
      const { snapshot, evidence, level, json, ...flow } = options;
      if (evidence !== undefined && snapshot !== undefined) {
        throw usageFailure(
          '--evidence and --snapshot contradict each other: flows are either seen or traced',
        );
      }
      const given = Object.keys(flow)[0];
      if (evidence !== undefined && given !== undefined) {
        throw usageFailure(
          `--evidence and --${given} contradict each other: conversations are given by number`,
        );
      }
      const { compareConversationsOf, compareFlowsOf } = await import('../compared-sides.ts');
      const comparison =
        evidence === undefined
          ? await compareFlowsOf([a, b], snapshot ?? null, flow, io)
          : await compareConversationsOf([a, b], evidence, io);
      setExit(comparison.firstDivergence === null ? EXIT.ok : EXIT.failing);
      if (json) {
        io.out(`${JSON.stringify(comparison, null, 2)}\n`);
        return;
      }
      const { renderComparison } = await import('../../report/compare/render-comparison.ts');
      io.out(renderComparison(comparison, level, io.canvas));
    });
}
