import { Command } from 'commander';
import type { WhyNot } from '../../trace/why-not/why-not.ts';
import { EXIT, type ExitCode, type SetExit } from '../exit-code.ts';
import { usageFailure } from '../failure.ts';
import { addFlowOptions } from '../flow-options.ts';
import type { FlowText } from '../flow-text.ts';
import type { Io } from '../io.ts';

interface WhyNotOptions extends FlowText {
  readonly rule?: string;
  readonly chain?: string;
  readonly node?: string;
  readonly packet?: string;
  readonly reply?: true;
  readonly json?: true;
}

/** `hookline why-not`. */
export function whyNotCommand(io: Io, setExit: SetExit): Command {
  const command = new Command('why-not')
    .description('say why a rule or chain did not match a packet: the first field that failed')
    .argument('<snapshot>', 'the folder or tar of a snapshot');
  return addFlowOptions(command)
    .option('--rule <rule>', "TABLE CHAIN NUMBER, FILE:LINE, or the rule's words")
    .option('--chain <chain>', 'a chain, or TABLE CHAIN: why was it not entered?')
    .option('--node <place>', 'where the rule is, NODE[/NETNS]; else where the flow begins')
    .option('--packet <file:line>', 'the packet on this line, or frame, instead of flow options')
    .option('--reply', "ask about the answer's packet")
    .option('--json', 'print JSON; hookline schema prints its schema')
    .addHelpText(
      'after',
      `
Rules are counted from 1, as iptables -L --line-numbers does. A table of nft is FAMILY NAME.
With --packet the flow is that of its conversation; --from, --in, --iface and --to state what the
evidence does not show, as the address before the translation.
Exit codes: 0 it matches, 1 it does not, or only by chance, 2 what is not known decides.

Examples:
  hookline why-not snapshot --from n1 --to 10.96.10.2:80 --rule 'nat KUBE-SERVICES 12'
  hookline why-not snapshot --from n1 --to svc/default/web --chain KUBE-SVC-XPGD46QRK7WJZT7O
  hookline why-not snapshot --from n1 --to 10.96.10.2:80 --rule '-j MASQUERADE'
  hookline why-not snapshot --from n1 --to 10.96.10.2:80 --rule 'ip kube-proxy services 1' --node n2
  hookline why-not snapshot --packet n1.log:17 --chain KUBE-POSTROUTING
  hookline why-not snapshot --packet eth0.pcap:3 --to svc/default/web --chain KUBE-MARK-MASQ`,
    )
    .action(async (snapshot: string, options: WhyNotOptions) => {
      const { rule, chain, node, packet, reply, json, ...text } = options;
      if ((rule === undefined) === (chain === undefined)) {
        throw usageFailure(
          rule === undefined
            ? '--rule or --chain is needed: what should have matched?'
            : '--rule and --chain contradict each other',
        );
      }
      const { from: _from, in: _in, iface: _iface, to: _to, ...others } = text;
      const other = packet === undefined ? undefined : Object.keys(others)[0];
      if (other !== undefined) {
        throw usageFailure(
          `--packet and --${other} contradict each other: the packet says the flow`,
        );
      }
      const { whyNotOf } = await import('../why-not/run-why-not.ts');
      const result = await whyNotOf(
        {
          snapshot,
          target:
            chain === undefined
              ? { kind: 'rule', text: rule ?? '' }
              : { kind: 'chain', text: chain },
          node: node ?? null,
          packet: packet ?? null,
          reply: reply ?? false,
        },
        text,
        io,
      );
      setExit(exitOf(result.verdict));
      const { whyNotJson } = await import('../../report/why-not/why-not-json.ts');
      const view = whyNotJson(result);
      if (json) {
        io.out(`${JSON.stringify(view, null, 2)}\n`);
        return;
      }
      const { renderWhyNot } = await import('../../report/why-not/render-why-not.ts');
      io.out(renderWhyNot(view, io.canvas));
    });
}

function exitOf(verdict: WhyNot['verdict']): ExitCode {
  switch (verdict) {
    case 'matched':
      return EXIT.ok;
    case 'not-matched':
    case 'chance':
      return EXIT.failing;
    case 'undetermined':
      return EXIT.undetermined;
  }
}
