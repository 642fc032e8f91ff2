import type { CommandReport } from '../lab.ts';

/** Runs a program in a namespace (null: the laboratory's own) while this process goes on. */
export type Run = (
  namespace: string | null,
  argv: readonly string[],
  input?: string,
) => Promise<CommandReport>;

/**
 * No command of `ip` or `bridge`: after each line, its complaint on standard error tells that the line
 * before it is done. Both programs name the line of a failure only when the kernel refused it; at a
 * word they do not know they exit, and the lines after it are lost.
 */
const MARK = '=';
const MARKED = `Object "${MARK}" is unknown`;

/**
 * Runs lines through one `ip -batch` or `bridge -batch` in a namespace, all of them whatever fails. Returns
 * one report per failed line: `argv` is the line with the program before it.
 */
export async function runBatch(
  run: Run,
  program: 'ip' | 'bridge',
  namespace: string | null,
  lines: readonly string[],
): Promise<CommandReport[]> {
  const failed: CommandReport[] = [];
  let rest = lines;
  while (rest.length > 0) {
    const input = rest.map((line) => `${oneLine(line)}\n${MARK}\n`).join('');
    const done = await run(namespace, [program, '-force', '-batch', '-'], input);
    const said = done.stderr.split(MARKED);
    // Each mark is followed by its own hint and "Command failed -:2", which are cut off.
    const texts = said.map((text, i) => (i === 0 ? text : afterMark(text)));
    const ended = texts.length <= rest.length;
    rest.slice(0, texts.length).forEach((line, i) => {
      const text = texts[i] ?? '';
      if (!(ended && i === texts.length - 1) && !/^Command failed -:\d+$/m.test(text)) return;
      const argv = [program, ...line.trim().split(/\s+/)];
      const stderr = text.replace(/^Command failed -:\d+\n?/gm, '');
      failed.push({ ...done, argv, stderr, stdout: '' });
    });
    rest = rest.slice(texts.length);
  }
  return failed;
}

/** `, try "ip help".` and the mark's own failure line, in either order of its streams. */
function afterMark(text: string): string {
  return text.replace(/^.*\n/, '').replace(/^Command failed -:\d+\n/, '');
}

/** A line break inside a line would shift all that follow. */
function oneLine(line: string): string {
  return line.replace(/\s*\n\s*/g, ' ');
}
