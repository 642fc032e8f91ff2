import type { CommandReport } from '../lab.ts';

/** One sentence for a failed command: where, what and the tool's words, with the line it names. */
export function failureText(failed: CommandReport, input = ''): string {
  const what = `${failed.namespace ?? 'laboratory'}: ${failed.argv.join(' ')}`;
  const why = failed.stderr.trim() || `status ${failed.status}`;
  return `${what}: ${why}${quotedLine(why, input)}`;
}

/** `iptables-restore: line 5 failed`, `Error occurred at line: 5`, `/dev/stdin:5:1-3: Error`. */
function quotedLine(why: string, input: string): string {
  const number = /\bline:? (\d+)|\/dev\/stdin:(\d+):/.exec(why);
  if (!number) return '';
  const line = input.split('\n')[Number(number[1] ?? number[2]) - 1];
  return line === undefined || line.trim() === '' ? '' : ` (${line.trim()})`;
}
