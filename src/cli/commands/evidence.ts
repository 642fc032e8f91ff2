import { Command } from 'commander';
import type { Evidence } from '../../evidence/evidence.ts';
import { EXIT, type ExitCode, type SetExit } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { addOutputOptions, type OutputOptions } from '../level-option.ts';

export function evidenceCommand(io: Io, setExit: SetExit): Command {
  const command = new Command('evidence')
    .description('join logs, captures and pasted text into journeys of packets')
    .argument('<paths...>', 'files or folders; - is standard input');
  return addOutputOptions(command)
    .addHelpText(
      'after',
      `
The first line is the answer. Then each conversation: what its packets show together (where packets
were lost, resets and who sent them, ICMP errors, what was sent again, sizes), and the way of its
packets through hooks, translations, tunnels and nodes. Sightings are joined by header identity;
what may be one of several packets is said. Clocks are compared by packets that both saw.

What is recognised: kernel LOG and TRACE lines, tcpdump text, pcap and pcapng, nstat, and iptables
and curl commands, in any text around them.

Examples:
  hookline evidence incident.md
  hookline evidence n1.log eth0.pcap --level detailed
  journalctl -k | hookline evidence -`,
    )
    .action(async (paths: readonly string[], { json, level }: OutputOptions) => {
      const { loadEvidence } = await import('../load-evidence.ts');
      const evidence = await loadEvidence(paths, io);
      setExit(evidenceExit(evidence));
      if (json) {
        const { evidenceJson } = await import('../../report/evidence/evidence-json.ts');
        io.out(`${JSON.stringify(evidenceJson(evidence), null, 2)}\n`);
        return;
      }
      const { renderEvidence } = await import('../../report/evidence/render-evidence.ts');
      io.out(renderEvidence(evidence, level, io.canvas));
    });
}

/** Something failed, everything was established, or nothing tells. */
function evidenceExit({ conversations }: Evidence): ExitCode {
  const outcomes = conversations.map(({ outcome }) => outcome);
  if (outcomes.some((o) => o === 'unanswered' || o === 'reset' || o === 'icmp-error')) {
    return EXIT.failing;
  }
  const settled = outcomes.length > 0 && outcomes.every((outcome) => outcome === 'established');
  return settled ? EXIT.ok : EXIT.undetermined;
}
