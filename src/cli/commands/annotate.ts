import { Command } from 'commander';
import type { Piece, WriteLine } from '../annotate/annotate-stream.ts';
import { usageFailure } from '../failure.ts';
import type { Io } from '../io.ts';

interface AnnotateOptions {
  readonly snapshot?: string;
  readonly node?: string;
  readonly beside?: true;
  readonly below?: true;
  readonly json?: true;
}

/** `hookline annotate`. */
export function annotateCommand(io: Io): Command {
  return new Command('annotate')
    .description('a filter: each LOG, TRACE or rule line with the rule, Service and flow it is of')
    .argument('[files...]', 'logs, traces or saved rules; without any, standard input')
    .option('--snapshot <folder>', 'names the rules, and whose the addresses are')
    .option('--node <name>', 'the node that the lines are from, where they do not say')
    .option('--beside', 'notes behind their lines: so it is in a pipe')
    .option('--below', 'notes below their lines: so it is on a terminal')
    .option('--json', 'one object for each line; hookline schema prints its schema')
    .addHelpText(
      'after',
      `
Every line passes as it is and at once. A note begins with the flow's name and the packet's direction
in it, > or <; an ICMP error about the flow has !. A flow keeps its name when it is translated.

Examples:
  dmesg -w | hookline annotate --snapshot snapshot
  journalctl -kf | hookline annotate --snapshot snapshot | grep k3f9q
  iptables-save | hookline annotate --snapshot snapshot
  nft monitor trace | hookline annotate --snapshot snapshot --json
  hookline annotate rules.txt kernel.log`,
    )
    .action(async (files: readonly string[], options: AnnotateOptions) => {
      const { snapshot: folder, node, beside, below, json } = options;
      if (beside && below) throw usageFailure('--beside and --below contradict each other');
      if (json && (beside || below)) {
        throw usageFailure(`--json and --${beside ? 'beside' : 'below'} contradict each other`);
      }
      if (node !== undefined && folder === undefined) {
        throw usageFailure('--node needs --snapshot: it has the rules of the node');
      }
      const { annotator } = await import('../annotate/annotator.ts');
      const { annotateStream } = await import('../annotate/annotate-stream.ts');
      const snapshot =
        folder === undefined
          ? null
          : await (await import('../load-snapshot.ts')).loadSnapshot(folder, io);
      if (node !== undefined && !snapshot?.nodes.has(node)) {
        const known = [...(snapshot?.nodes.keys() ?? [])].join(', ');
        throw usageFailure(`--node ${node}: not in the snapshot; it has ${known}`);
      }
      const annotate = annotator(snapshot, node ?? null);
      const write = json ? await jsonLines() : await textLines(io, beside, below);
      const { openInputs } = await import('../annotate/open-inputs.ts');
      for (const input of openInputs(files, io)) {
        await annotateStream(input, annotate, write, (bytes) => writeBytes(io, bytes));
      }
    });
}

function writeBytes({ out, outBytes }: Io, bytes: Uint8Array): void {
  if (outBytes) outBytes(bytes);
  else out(new TextDecoder().decode(bytes));
}

async function jsonLines(): Promise<WriteLine> {
  const { ANNOTATE_SCHEMA } = await import('../../report/annotate/write-line.ts');
  let line = 0;
  return (_bytes, text, note) => [
    `${JSON.stringify({ schema: ANNOTATE_SCHEMA, line: ++line, text, note })}\n`,
  ];
}

async function textLines(io: Io, beside?: true, below?: true): Promise<WriteLine> {
  const { noteSuffix } = await import('../../report/annotate/write-line.ts');
  const terminal = io.canvas.edge !== Number.POSITIVE_INFINITY;
  const place = below || (terminal && !beside) ? 'below' : 'beside';
  return (bytes, _text, note): readonly Piece[] => [bytes, noteSuffix(note, place, io.canvas)];
}
