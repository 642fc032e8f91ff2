import type { Command } from 'commander';
import type { SetExit } from '../exit-code.ts';
import { usageFailure } from '../failure.ts';
import type { Io } from '../io.ts';

interface FuzzOptions {
  readonly cases: string;
  readonly seed?: string;
  readonly case?: string;
  readonly save?: string;
  readonly labs: string;
  readonly shrink: boolean;
  readonly json?: boolean;
}

/** `hookline lab fuzz`. */
export function addFuzzCommand(lab: Command, io: Io, setExit: SetExit): void {
  lab
    .command('fuzz')
    .description('random networks and flows: the model against the kernel of this machine')
    .option('--cases <number>', 'flows to send', '600')
    .option('--seed <number>', 'repeats a run; drawn when not given')
    .option('--case <number>', 'only the network of this number, with all its flows')
    .option('--labs <number>', 'laboratories side by side', '2')
    .option('--no-shrink', 'print disagreements as they were drawn')
    .option('--save <folder>', 'keep each disagreement as a file that a test can repeat')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Exit codes: 0 no disagreement, 1 disagreements, 2 the laboratory could not run.

Examples:
  hookline lab fuzz --cases 600
  hookline lab fuzz --seed 7 --case 12`,
    )
    .action(async (options: FuzzOptions) => {
      const { fuzz } = await import('./fuzz.ts');
      setExit(
        await fuzz(
          {
            cases: wholeNumber('--cases', options.cases),
            seed: options.seed === undefined ? null : wholeNumber('--seed', options.seed),
            only: options.case === undefined ? null : wholeNumber('--case', options.case),
            labs: wholeNumber('--labs', options.labs),
            shrink: options.shrink,
            save: options.save ?? null,
            json: options.json ?? false,
          },
          io,
        ),
      );
    });
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw usageFailure(`${option} takes a whole number, not ${text}`);
  return Number(text);
}
