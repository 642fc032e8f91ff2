import { Command } from 'commander';
import { usageFailure } from '../failure.ts';

/** `hookline help lab run`: the help of a command, or of one below it. */
export function helpCommand(program: Command): Command {
  return new Command('help')
    .description('print help of a command')
    .argument('[command...]', 'e.g. trace, lab run')
    .helpOption(false)
    .action((path: readonly string[]) => {
      let command = program;
      for (const name of path) {
        const below = command.commands.find((one) => one.name() === name);
        if (!below) throw usageFailure(`help: no command '${path.join(' ')}'`);
        command = below;
      }
      command.outputHelp();
    });
}
