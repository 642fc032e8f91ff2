import { Command, Option } from 'commander';
import type { LogBackend } from '../../evidence/logrules/plan.ts';
import { usageFailure } from '../failure.ts';
import { addFlowOptions } from '../flow-options.ts';
import { type FlowText, readFlowText } from '../flow-text.ts';
import type { Io } from '../io.ts';

interface LogRulesOptions extends FlowText {
  readonly snapshot?: string;
  readonly backend?: LogBackend;
  readonly endpoint?: readonly string[];
  readonly pods?: true;
  readonly node?: string;
  readonly add?: true;
  readonly undo?: true;
  readonly json?: true;
}

const BACKENDS: readonly LogBackend[] = ['iptables', 'iptables-legacy', 'iptables-nft', 'nft'];

/** `hookline logrules`. */
export function logRulesCommand(io: Io): Command {
  const command = new Command('logrules').description(
    'print LOG rules for a flow, for every table of every hook, with their undo; inserts nothing',
  );
  return addFlowOptions(command)
    .option('--snapshot <folder>', 'tells the translations, the nodes on the way and the backend')
    .option(
      '--endpoint <ip:port>',
      'what the destination is translated to; may be repeated',
      (text: string, all: readonly string[] = []) => [...all, text],
    )
    .addOption(new Option('--backend <name>', 'the program to insert with').choices([...BACKENDS]))
    .option('--pods', 'also in the namespaces of the pods at the ends')
    .option('--node <name>', 'only the part of this node')
    .option('--add', 'only the commands that insert')
    .option('--undo', 'only the commands that delete')
    .option('--json', 'print JSON; hookline schema prints its schema')
    .addHelpText(
      'after',
      `
For people who may not run anything else on a node: the rules are narrow, limited in rate, and tell
by their prefix where a packet was; the undo deletes exactly them. What they write to the kernel
log is read by hookline evidence and hookline annotate.

Examples:
  hookline logrules --to 10.96.10.2:80 --endpoint 10.244.2.12:8080
  hookline logrules --snapshot snapshot --from n1 --to svc/default/web
  hookline logrules --snapshot snapshot --from n1 --to svc/default/web --node n1 --add | ssh n1 sh
  hookline logrules --snapshot snapshot --from n1 --to svc/default/web --node n1 --undo | ssh n1 sh
  hookline logrules --to 10.96.10.2:80 --backend nft`,
    )
    .action(async (options: LogRulesOptions) => {
      const { snapshot, backend, endpoint, pods, node, add, undo, json, ...text } = options;
      if (add && undo) throw usageFailure('--add and --undo contradict each other');
      const request = readFlowText(text);
      if (request.to === null) throw usageFailure('--to is needed: IP:PORT or svc/NAMESPACE/NAME');
      const { logRulesOf } = await import('../logrules/run-logrules.ts');
      const { logRulesJson } = await import('../../report/logrules/logrules-json.ts');
      const plan = logRulesJson(
        await logRulesOf(
          request,
          {
            snapshot: snapshot ?? null,
            backend: backend ?? null,
            endpoints: endpoint ?? [],
            pods: pods ?? false,
            node: node ?? null,
          },
          io,
        ),
      );
      if (json) {
        io.out(`${JSON.stringify(plan, null, 2)}\n`);
        return;
      }
      const { renderLogRules } = await import('../../report/logrules/render-logrules.ts');
      io.out(renderLogRules(plan, add ? 'add' : undo ? 'undo' : 'both', io.canvas.width));
    });
}
