import { Command, Option } from 'commander';
import type { NotDiagnosable } from '../../diagnosis/diagnose.ts';
import type { Symptom } from '../../diagnosis/diagnosis.ts';
import { type SetExit, verdictExit } from '../exit-code.ts';
import { inputFailure, usageFailure } from '../failure.ts';
import { addFlowOptions } from '../flow-options.ts';
import { type FlowText, readFlowText } from '../flow-text.ts';
import type { Io } from '../io.ts';
import { addOutputOptions, type OutputOptions } from '../level-option.ts';

interface DiagnoseOptions extends FlowText, OutputOptions {
  readonly symptom?: Symptom;
  readonly facts?: string;
}

const SYMPTOMS: readonly Symptom[] = [
  'timeout',
  'refused',
  'unreachable',
  'reset',
  'slow',
  'intermittent',
];

export function diagnoseCommand(io: Io, setExit: SetExit): Command {
  const command = new Command('diagnose')
    .description('say why a flow fails, what would prove it, and what cures it')
    .argument('[paths...]', 'a snapshot, logs, captures or text; - is standard input', ['-']);
  addFlowOptions(command)
    .addOption(new Option('--symptom <what>', 'what the client sees').choices([...SYMPTOMS]))
    .option('--facts <file>', 'facts that the evidence does not state, as JSON');
  return addOutputOptions(command)
    .addHelpText(
      'after',
      `
Without a snapshot the nodes are inferred from the evidence, and what was inferred is listed.

Examples:
  hookline diagnose incident.md --to 10.254.51.153:80
  hookline diagnose snapshot --from n1 --to 10.96.10.2:80
  hookline diagnose snapshot n1.log eth0.pcap --from n1 --to svc/default/web --symptom timeout`,
    )
    .action(async (paths: readonly string[], options: DiagnoseOptions) => {
      const { json, level, symptom, facts: factsFile, ...text } = options;
      const request = readFlowText(text);
      const { loadDiagnosisInput, loadGivenFacts } = await import('../diagnosis-input.ts');
      const facts = factsFile === undefined ? null : await loadGivenFacts(factsFile, io);
      const { snapshot, evidence } = await loadDiagnosisInput(paths, io);
      const { askOfEvidence, askOfSnapshot } = await import('../asked-flow.ts');
      const { diagnose } = await import('../../diagnosis/diagnose.ts');
      const { traceStated } = await import('../trace-stated.ts');
      const result = diagnose({
        network: snapshot?.network ?? null,
        kube: snapshot?.kube ?? null,
        evidence,
        ask: snapshot ? askOfSnapshot(snapshot, request) : askOfEvidence(request),
        symptom: symptom ?? null,
        controls: [],
        facts,
        trace: traceStated,
      });
      if (result.kind !== 'diagnosis') throw failureOf(result, paths);
      const { diagnosis } = result;
      setExit(verdictExit(diagnosis.verdict));
      if (json) {
        const { diagnosisJson } = await import('../../report/json/diagnosis-json.ts');
        io.out(`${JSON.stringify(diagnosisJson(diagnosis), null, 2)}\n`);
        return;
      }
      const { renderDiagnosis } = await import('../../report/diagnosis/render-diagnosis.ts');
      io.out(renderDiagnosis(diagnosis, evidence, level, io.canvas));
    });
}

function failureOf({ kind }: NotDiagnosable, paths: readonly string[]) {
  const where = paths.join(', ');
  switch (kind) {
    case 'no-flow':
      return usageFailure(
        'which flow? --from and --to are needed, because no packet of a flow was found here',
      );
    case 'no-failing-flow':
      return usageFailure(
        'every flow in the evidence works; --to and --symptom say which one fails, and how',
      );
    case 'flow-not-in-evidence':
      return inputFailure(where, 'no packet of this flow is in the evidence');
    case 'ipv6':
      return inputFailure(where, 'this flow is IPv6: without a snapshot diagnose knows IPv4 only');
  }
}
