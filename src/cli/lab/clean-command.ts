import type { Command } from 'commander';
import { EXIT, type SetExit } from '../exit-code.ts';
import type { Io } from '../io.ts';

/** `hookline lab clean`. */
export function addCleanCommand(lab: Command, io: Io, setExit: SetExit): void {
  lab
    .command('clean')
    .description('end laboratories that were kept, and remove what killed ones left')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Laboratories that a running command uses stay as they are.

Exit codes: 0 nothing is left, 1 something could not be removed.`,
    )
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { cleanLaboratories } = await import('../../lab/clean.ts');
      const { LAB_CLEAN_SCHEMA } = await import('../schema/lab-clean.ts');
      const { renderClean } = await import('../../report/lab/render-clean.ts');
      const done = await cleanLaboratories();
      const document = { schema: LAB_CLEAN_SCHEMA, ...done };
      io.out(json ? `${JSON.stringify(document, null, 2)}\n` : renderClean(done));
      setExit(done.failed.length > 0 ? EXIT.failing : EXIT.ok);
    });
}
