import type { Issue } from '../../packet/issue.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import { warning } from '../make-issue.ts';

/** Unknown lines that are listed one by one; the rest is counted. */
const LISTED_LINES = 20;
const SHOWN_LENGTH = 80;

/** Collects a file's issues without growing with its garbage. */
export interface IssueList {
  readonly unknownLines: number;
  add(issue: Issue): void;
  /** Adds an issue unless one of the same code and detail is there. */
  addOnce(issue: Issue): void;
  unknownLine(source: SourceRef, text: string): void;
  finish(): readonly Issue[];
}

/** An empty list for a file. */
export function newIssueList(file: string): IssueList {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  let unknownLines = 0;
  let firstUnlisted = 0;
  const add = (issue: Issue): void => {
    issues.push(issue);
  };
  return {
    get unknownLines() {
      return unknownLines;
    },
    add,
    addOnce(issue) {
      const key = `${issue.code} ${issue.detail}`;
      if (!seen.has(key)) add(issue);
      seen.add(key);
    },
    unknownLine(source, text) {
      unknownLines++;
      if (unknownLines <= LISTED_LINES) {
        add(warning('unknown-line', source, text.slice(0, SHOWN_LENGTH)));
      } else if (unknownLines === LISTED_LINES + 1) firstUnlisted = source.line;
    },
    finish() {
      const unlisted = unknownLines - LISTED_LINES;
      if (unlisted <= 0) return issues;
      const from: SourceRef = { file, line: firstUnlisted };
      return [...issues, warning('more-unknown-lines', from, String(unlisted))];
    },
  };
}
