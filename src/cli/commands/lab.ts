import { Command } from 'commander';
import type { SetExit } from '../exit-code.ts';
import { addRunCommand } from '../incident/run-command.ts';
import { addVerifyCommand } from '../incident/verify-command.ts';
import type { Io } from '../io.ts';
import { addCleanCommand } from '../lab/clean-command.ts';
import { addFuzzCommand } from '../lab/fuzz-command.ts';

/** `hookline lab`: the model against a real kernel. Each subcommand loads what it needs when it runs. */
export function labCommand(io: Io, setExit: SetExit): Command {
  const command = new Command('lab')
    .description('real kernels in network namespaces: the model is held against what they do')
    .helpCommand(false);
  addRunCommand(command, io, setExit);
  addVerifyCommand(command, io, setExit);
  addFuzzCommand(command, io, setExit);
  addCleanCommand(command, io, setExit);
  return command;
}
