import type { Command } from 'commander';
import type { SetExit } from '../exit-code.ts';
import type { Io } from '../io.ts';

interface RunOptions {
  readonly keep?: boolean;
  readonly pcap?: string;
  readonly json?: boolean;
}

/** `hookline lab run`. */
export function addRunCommand(lab: Command, io: Io, setExit: SetExit): void {
  lab
    .command('run')
    .description('rebuild an incident in network namespaces and say what the kernel did')
    .argument(
      '<incident>',
      'the folder of an incident, or the name of one that comes with the program',
    )
    .option('--keep', 'let it stand, and say how to enter and how to remove it')
    .option('--pcap <folder>', "write each device's packets as a capture file")
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Exit codes: 0 the kernel did what the incident's recipe says, 1 it did not, 2 it cannot run here.

Examples:
  hookline lab run docker-forward-policy-drop
  hookline lab run incidents/founding-udp-rpf-endpoint --pcap captures
  hookline lab run macvlan-parent-isolation --keep`,
    )
    .action(async (folder: string, options: RunOptions) => {
      const { runIncident } = await import('./run.ts');
      await runIncident(folder, options, io, setExit);
    });
}
