import type { Issue } from '../packet/issue.ts';
import { formatSource } from '../packet/source-ref.ts';

/** An issue of a parser as one line: `file:line: what (detail)`. */
export function issueText(issue: Issue): string {
  const words = issue.code.replaceAll('-', ' ');
  return `${formatSource(issue.source)}: ${words}${issue.detail === '' ? '' : `: ${issue.detail}`}`;
}
