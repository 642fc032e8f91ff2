import { Command } from 'commander';
import { annotateCommand } from './commands/annotate.ts';
import { collectCommand } from './commands/collect.ts';
import { compareCommand } from './commands/compare.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { evidenceCommand } from './commands/evidence.ts';
import { explainCommand } from './commands/explain.ts';
import { helpCommand } from './commands/help.ts';
import { labCommand } from './commands/lab.ts';
import { logRulesCommand } from './commands/logrules.ts';
import { replayCommand } from './commands/replay.ts';
import { schemaCommand } from './commands/schema.ts';
import { traceCommand } from './commands/trace.ts';
import { whyNotCommand } from './commands/why-not.ts';
import type { SetExit } from './exit-code.ts';
import type { Io } from './io.ts';
import { VERSION } from './version.ts';

/** The command line of the program. What a command needs is loaded when it runs. */
export async function createProgram(
  io: Io,
  argv: readonly string[],
  setExit: SetExit,
): Promise<Command> {
  const program = new Command('hookline')
    .description('Says why a packet does not arrive on a Linux node, and what will make it arrive.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) => write(oneLine(text)),
    })
    .addHelpText('after', `\n${EXIT_HELP}`);
  const commands = [
    diagnoseCommand(io, setExit),
    traceCommand(io, setExit),
    whyNotCommand(io, setExit),
    compareCommand(io, setExit),
    evidenceCommand(io, setExit),
    annotateCommand(io),
    collectCommand(io, setExit),
    logRulesCommand(io),
    explainCommand(io),
    replayCommand(io, setExit),
    labCommand(io, setExit),
    schemaCommand(io),
  ];
  for (const command of commands) {
    program.addCommand(command.copyInheritedSettings(program));
    // Commands below a command were made before it had the program's settings.
    for (const below of command.commands) below.copyInheritedSettings(command);
  }
  program.addCommand(helpCommand(program).copyInheritedSettings(program));
  await addCompletion(program, argv[0]);
  return program;
}

const EXIT_HELP = `Exit codes: 0 reachable or nothing found, 1 unreachable or findings, 2 undetermined,
64 wrong usage, 65 unusable input.`;

/** `error: unknown option '--frm'\n(Did you mean --from?)` on one line, in our name. */
function oneLine(text: string): string {
  return `hookline: ${text
    .trim()
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')}\n`;
}

async function addCompletion(program: Command, first: string | undefined): Promise<void> {
  if (first === 'completion' || first === 'complete') {
    const { default: tab } = await import('@bomb.sh/tab/commander');
    tab(program, { completionCommandName: 'completion' });
    return;
  }
  program
    .command('completion')
    .argument('<shell>', 'zsh, bash, fish or powershell')
    .description('print a completion script for a shell');
}
