import type { Issue } from '../packet/issue.ts';
import { issueText } from '../report/issue-text.ts';
import type { Io } from './io.ts';

const SHOWN = 10;

/** Tells on the error stream what of an input could not be used; notes are left to reports. */
export function printIssues(io: Io, root: string, issues: readonly Issue[]): void {
  const told = issues.filter(({ severity }) => severity !== 'info');
  for (const issue of told.slice(0, SHOWN)) {
    const file = [root.replace(/\/+$/, ''), issue.source.file]
      .filter((part) => part !== '')
      .join('/');
    io.err(`hookline: ${issueText({ ...issue, source: { ...issue.source, file } })}\n`);
  }
  if (told.length > SHOWN) io.err(`hookline: and ${told.length - SHOWN} more of this kind\n`);
}
