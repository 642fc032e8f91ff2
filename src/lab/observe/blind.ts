import { SystemCallError } from '../host/syscalls.ts';
import type { Blind } from '../report.ts';

const NOT_PERMITTED = new Set(['EPERM', 'EACCES']);
const NOT_SUPPORTED = new Set([
  'EAFNOSUPPORT',
  'EPROTONOSUPPORT',
  'EOPNOTSUPP',
  'ENOPROTOOPT',
  'ENOENT',
  'ENODEV',
  'ENOSYS',
]);

/** Why something cannot be observed, from the error of the call that failed. */
export function blindBy(what: Blind['what'], namespace: string | null, error: unknown): Blind {
  const errno = errnoOf(error);
  const detail = error instanceof Error ? error.message : String(error);
  if (errno !== null && NOT_PERMITTED.has(errno))
    return { what, why: 'not-permitted', namespace, detail };
  if (errno !== null && NOT_SUPPORTED.has(errno))
    return { what, why: 'not-supported', namespace, detail };
  return { what, why: 'failed', namespace, detail };
}

function errnoOf(error: unknown): string | null {
  if (error instanceof SystemCallError) return error.errno;
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : null;
}
