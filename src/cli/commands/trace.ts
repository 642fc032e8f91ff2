import { Command } from 'commander';
import { type SetExit, verdictExit } from '../exit-code.ts';
import { usageFailure } from '../failure.ts';
import { addFlowOptions } from '../flow-options.ts';
import { type FlowText, readFlowText } from '../flow-text.ts';
import type { Io } from '../io.ts';
import { addOutputOptions, type OutputOptions } from '../level-option.ts';

interface TraceOptions extends FlowText, OutputOptions {
  readonly batch?: string;
}

export function traceCommand(io: Io, setExit: SetExit): Command {
  const command = new Command('trace')
    .description('say what the kernels will do with a flow, both ways')
    .argument('<snapshot>', 'the folder or tar of a snapshot');
  addFlowOptions(command).option(
    '--batch <file>',
    'flows as JSON lines, one result line each; - is standard input',
  );
  return addOutputOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  hookline trace snapshot --from n1 --to 10.96.10.2:80
  hookline trace snapshot --from n1 --to svc/default/web --iface flannel0 --level detailed
  hookline trace snapshot --from n1 --in eth0 --src 192.168.10.10 --to 192.168.10.11:30080
  hookline trace snapshot --batch flows.jsonl`,
    )
    .action(async (folder: string, options: TraceOptions) => {
      const { batch, json, level, ...text } = options;
      const { loadSnapshot } = await import('../load-snapshot.ts');
      if (batch !== undefined) {
        const given = Object.keys(text)[0];
        if (given !== undefined) {
          throw usageFailure(
            `--batch and --${given} contradict each other: the file says the flows`,
          );
        }
        const { traceBatch } = await import('../trace-batch.ts');
        setExit(await traceBatch(await loadSnapshot(folder, io), batch, io));
        return;
      }
      const request = readFlowText(text);
      const snapshot = await loadSnapshot(folder, io);
      const { resolveFlow } = await import('../resolve-flow.ts');
      const { traceStated } = await import('../trace-stated.ts');
      const { traceJson } = await import('../../report/trace/to-json.ts');
      const trace = traceJson(traceStated(snapshot.network, resolveFlow(snapshot, request)));
      setExit(verdictExit(trace.verdict));
      if (json) {
        io.out(`${JSON.stringify(trace, null, 2)}\n`);
        return;
      }
      const { renderTrace } = await import('../../report/trace/render.ts');
      io.out(renderTrace(trace, level, io.canvas));
    });
}
