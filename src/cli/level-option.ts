import { type Command, Option } from 'commander';
import { LEVELS, type Level } from '../report/text/level.ts';

/** How a command prints its result. */
export interface OutputOptions {
  readonly json?: true;
  readonly level: Level;
}

export function addOutputOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--level <level>', 'how much to tell').choices([...LEVELS]).default('summary'),
    )
    .option('--json', 'print JSON; hookline schema prints its schema');
}
