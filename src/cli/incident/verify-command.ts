import type { Command } from 'commander';
import type { SetExit } from '../exit-code.ts';
import type { Io } from '../io.ts';

interface VerifyOptions {
  readonly record?: boolean;
  readonly json?: boolean;
}

/** `hookline lab verify`. */
export function addVerifyCommand(lab: Command, io: Io, setExit: SetExit): void {
  lab
    .command('verify')
    .description('hold incidents against the kernel: model, diagnosis, every fix and its undo')
    .argument(
      '[incidents...]',
      'folders or names of incidents; default: all that come with the program',
    )
    .option('--record', "write each incident's snapshot and what the kernel did into its folder")
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Exit codes: 0 all hold, 1 something does not, 2 the rest holds and something cannot run here.

Examples:
  hookline lab verify
  hookline lab verify founding-udp-rpf-both --json`,
    )
    .action(async (folders: readonly string[], options: VerifyOptions) => {
      const { verifyIncidents } = await import('./verify.ts');
      await verifyIncidents(folders, options, io, setExit);
    });
}
