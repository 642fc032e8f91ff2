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
  readonly flow?: readonly string[];
  readonly at?: readonly string[];
}

export function compareCommand(io: Io, setExit: SetExit): Command {
  const command = new Command('compare')
    .description('put two flows side by side and mark where they first differ')
    .argument(
      '<sides...>',
      'two of: a flow as NAME=VALUE words, a file of trace --json, a conversation; with --flow or --at: the evidence',
    )
    .option('--snapshot <folder>', 'the snapshot that flows are traced in')
    .option(
      '--evidence <path>',
      'the log or capture whose conversations are compared; may be repeated',
      collect,
    )
    .option(
      '--flow <conversation>',
      'a conversation of the evidence, by number or end; give two, or one with --at',
      collect,
    )
    .option(
      '--at <place>',
      'a place of the evidence: n1/eth0, n1/pod/eth0, n1/forward/filter, or a file; give two',
      collect,
    );
  addFlowOptions(command);
  return addOutputOptions(command)
    .addHelpText(
      'after',
      `
The flow options hold for both flows; a flow's own words come on top, and NAME= takes one back.
A conversation is given by the number that hookline evidence prints, or by one of its ends.
With --at twice, the packets at one place are laid beside the same packets at the other one.
The exit code is 0 when they do not differ, 1 when they do.

Examples:
  hookline compare --snapshot snapshot --from n1 --to 10.96.10.2:80 iface= iface=flannel0
  hookline compare --evidence incident.md 1 3
  hookline compare evidence/ --flow 10.0.0.17:34397 --flow 10.0.0.17:37025
  hookline compare evidence/ --at n1/eth0 --at n2/eth0 --flow 3
  hookline trace before ... --json > a.json; hookline trace after ... --json > b.json
  hookline compare a.json b.json`,
    )
    .action(async (given: readonly string[], options: CompareOptions) => {
      const { snapshot, evidence: paths, level, json, flow: flows, at, ...flow } = options;
      const beside = flows !== undefined || at !== undefined;
      if (beside && snapshot !== undefined) {
        throw usageFailure(
          '--snapshot contradicts --flow and --at: flows are either seen or traced',
        );
      }
      const evidence = beside ? [...(paths ?? []), ...given] : paths;
      const sides = beside ? (at ?? flows ?? []) : given;
      const [a, b, ...others] = sides;
      if (a === undefined || b === undefined || others.length > 0) {
        throw usageFailure(
          beside
            ? `two of --${at === undefined ? 'flow' : 'at'} are compared`
            : 'two sides are compared',
        );
      }
      if (evidence !== undefined && snapshot !== undefined) {
        throw usageFailure(
          '--evidence and --snapshot contradict each other: flows are either seen or traced',
        );
      }
      const extra = Object.keys(flow)[0];
      if (evidence !== undefined && extra !== undefined) {
        throw usageFailure(
          `--evidence and --${extra} contradict each other: conversations are given by number`,
        );
      }
      const { compareConversationsOf, compareFlowsOf, comparePlacesOf } = await import(
        '../compared-sides.ts'
      );
      const comparison =
        evidence === undefined
          ? await compareFlowsOf([a, b], snapshot ?? null, flow, io)
          : at === undefined
            ? await compareConversationsOf([a, b], evidence, io)
            : await comparePlacesOf([a, b], flows ?? [], evidence, io);
      setExit(comparison.firstDivergence === null ? EXIT.ok : EXIT.failing);
      if (json) {
        io.out(`${JSON.stringify(comparison, null, 2)}\n`);
        return;
      }
      const { renderComparison } = await import('../../report/compare/render-comparison.ts');
      io.out(renderComparison(comparison, level, io.canvas));
    });
}

function collect(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}
