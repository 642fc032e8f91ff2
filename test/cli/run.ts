import { main } from '../../src/cli/main.ts';
import { PLAIN_CANVAS } from '../../src/report/text/style.ts';

export interface Result {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
export async function run(argv: readonly string[], stdin = ''): Promise<Result> {
  let stdout = '';
  let stderr = '';
  async function* input() {
    yield new TextEncoder().encode(stdin);
  }
  const exit = await main(argv, {
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
    canvas: PLAIN_CANVAS,
    stdin: input(),
  });
  return { exit, stdout, stderr };
}
