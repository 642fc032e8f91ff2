import { type Canvas, COLOURED, PLAIN } from '../report/text/style.ts';

/** What a command may touch of the process, so that tests can stand in for it. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Writes bytes as they came; absent where there is only text. */
  readonly outBytes?: (bytes: Uint8Array) => void;
  readonly canvas: Canvas;
  readonly stdin: AsyncIterable<Uint8Array>;
}

const DEFAULT_WIDTH = 100;

/** The process's own streams. Colour only on a terminal that did not refuse it (no-color.org). */
export function processIo(): Io {
  const { stdout, stderr, stdin, env } = process;
  // A reader like `head` that closes its end has seen enough: that is no failure of ours.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
  const colour = stdout.isTTY && !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    out: (text) => stdout.write(printable(text)),
    err: (text) => stderr.write(printable(text)),
    // A terminal is guarded from control characters, a pipe gets every byte.
    ...(stdout.isTTY ? {} : { outBytes: (bytes: Uint8Array) => stdout.write(bytes) }),
    canvas: {
      style: colour ? COLOURED : PLAIN,
      width: Math.max(60, Math.min(stdout.columns ?? DEFAULT_WIDTH, 160)),
      edge: stdout.columns ?? Number.POSITIVE_INFINITY,
    },
    stdin,
  };
}

// Names and rule comments come from files: they must not move the cursor of a terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the subject
const UNPRINTABLE = /(\u001b\[\d{1,2}m)|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

function printable(text: string): string {
  return text.replace(UNPRINTABLE, (_control, colour: string | undefined) => colour ?? '\ufffd');
}
