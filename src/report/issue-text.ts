import type { Issue } from '../packet/issue.ts';
import { formatSource } from '../packet/source-ref.ts';

/** An issue of a parser as one line: `file:line: what (detail)`. */
export function issueText(issue: Issue): string {
  const { source } = issue;
  // Line 0 is the file as a whole.
  const where = source.line === 0 ? source.file : formatSource(source);
  return `${where}: ${issueWords(issue)}`;
}

/** An issue without its place. */
export function issueWords({ code, detail }: Issue): string {
  return `${code.replaceAll('-', ' ')}${detail === '' ? '' : `: ${detail}`}`;
}
