import { main } from '../../../src/cli/main.ts';
import { PLAIN_CANVAS } from '../../../src/report/text/style.ts';

/** What a command printed, and how it ended. */
export interface Ended {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `hookline` in this process. */
export async function hookline(...argv: readonly string[]): Promise<Ended> {
  let out = '';
  let err = '';
  const exit = await main(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    canvas: PLAIN_CANVAS,
    stdin: (async function* nothing() {})(),
  });
  return { exit, out, err };
}
