import { createInterface } from 'node:readline';
import { fromLine, toLine } from '../line-json.ts';
import { Host } from './host.ts';

/**
 * The host process of a laboratory: one JSON call per line on standard input, one JSON reply per line
 * on standard output, in order. Ends when standard input does, unless it was told to stay.
 */
const host = new Host();

async function answer(line: string): Promise<void> {
  const { id, call, request } = fromLine(line) as { id: number; call: string; request: unknown };
  try {
    const result = await host.call(call, request);
    process.stdout.write(`${toLine({ id, result })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ id, error: whatHappened(error) })}\n`);
  }
}

/** A failure in words; with the place in our code where it is a mistake of ours. */
function whatHappened(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const mistake = error instanceof TypeError || error instanceof RangeError;
  return mistake && error.stack !== undefined ? error.stack : error.message;
}

/** The process cannot exit while its poller's thread waits. */
async function end(status: number): Promise<void> {
  await host.close();
  process.exit(status);
}

// A mistake of ours in a handler: nobody waits for a laboratory that does not answer.
process.once('uncaughtException', (error) => {
  process.stderr.write(`${whatHappened(error)}\n`);
  end(70);
});

// The first process of a PID namespace has no default for signals.
process.once('SIGTERM', () => end(0));
// The parent may be gone before its answer.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

let queue = Promise.resolve();
const calls = createInterface({ input: process.stdin });
calls.on('line', (line) => {
  queue = queue.then(() => answer(line));
});
// At once, also in the middle of a call: nobody is there to hear its answer.
calls.on('close', () => {
  if (!host.kept) end(0);
});
