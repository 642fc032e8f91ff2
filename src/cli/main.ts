import { CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit-code.ts';
import { isFailure } from './failure.ts';
import { type Io, processIo } from './io.ts';
import { createProgram } from './program.ts';

/** Runs the program with the process's arguments and sets its exit code. */
export async function runProgram(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), processIo());
}

/** Runs the program and returns its exit code; an error of ours is thrown. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok;
  const program = await createProgram(io, argv, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exit;
  } catch (error) {
    if (isFailure(error)) {
      io.err(`hookline: ${error.message}\n`);
      return error.exitCode;
    }
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    }
    throw error;
  }
}
