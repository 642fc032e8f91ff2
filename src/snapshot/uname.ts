import type { Parsed } from '../packet/issue.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import { error } from './make-issue.ts';

export interface Uname {
  readonly hostname: string | null;
  readonly release: string;
  readonly source: SourceRef;
}

/** Reads `uname -a`; a line that is only a release (`uname -r`) counts too. */
export function parseUname(text: string, file: string): Parsed<Uname | undefined> {
  const line = text.split('\n', 1)[0]?.trim() ?? '';
  const source = { file, line: 1, text: line };
  const fields = line.split(/\s+/);
  if (fields[0] === 'Linux' && fields[2] !== undefined) {
    return {
      value: { hostname: fields[1] ?? null, release: fields[2], source },
      issues: [],
    };
  }
  if (/^\d+\.\d+\S*$/.test(line)) {
    return { value: { hostname: null, release: line, source }, issues: [] };
  }
  return { value: undefined, issues: [error('unreadable-record', source, line.slice(0, 80))] };
}
