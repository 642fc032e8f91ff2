import type { Issue } from '../packet/issue.ts';
import type { SourceRef } from '../packet/source-ref.ts';

/** A fact was lost: results that rest on it may be wrong. */
export function error(code: string, source: SourceRef, detail: string): Issue {
  return { code, severity: 'error', source, detail };
}

/** Something was read, but not as it should be. */
export function warning(code: string, source: SourceRef, detail: string): Issue {
  return { code, severity: 'warning', source, detail };
}

/** Worth knowing; nothing was lost. */
export function info(code: string, source: SourceRef, detail: string): Issue {
  return { code, severity: 'info', source, detail };
}
