import { Argument, Command } from 'commander';
import type { Io } from '../io.ts';

const SUBJECTS = [
  'trace',
  'diagnosis',
  'evidence',
  'compare',
  'collect',
  'replay',
  'lab-run',
  'lab-verify',
  'lab-fuzz',
  'lab-clean',
  'logrules',
  'why-not',
  'annotate',
  'explain',
] as const;

export function schemaCommand(io: Io): Command {
  return new Command('schema')
    .description('print the JSON Schema of what --json prints')
    .addArgument(new Argument('<subject>', 'which output').choices(SUBJECTS))
    .addHelpText(
      'after',
      `
Examples:
  hookline schema trace
  hookline schema diagnosis > diagnosis.schema.json`,
    )
    .action(async (subject: (typeof SUBJECTS)[number]) => {
      const { z } = await import('zod');
      const { PUBLISHED_SCHEMAS } = await import('../schema/published.ts');
      const schema = PUBLISHED_SCHEMAS[subject];
      if (schema) io.out(`${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`);
    });
}
