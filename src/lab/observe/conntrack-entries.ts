import { readFileSync } from 'node:fs';
import { runToEnd } from '../exec.ts';

const COUNT = '/proc/sys/net/netfilter/nf_conntrack_count';
const LISTING = '/proc/thread-self/net/nf_conntrack';

/**
 * The connections of the namespace that this thread is in, as `conntrack -L -o extended` prints them;
 * null when there are none. The kernel's own file has the same lines and costs no process; kernels
 * without it have the program. Throws where neither is allowed.
 */
export function readConntrack(): string | null {
  if (readFileSync(COUNT, 'utf8').trim() === '0') return null;
  const text = readListing() ?? listed();
  return text === '' ? null : text;
}

function readListing(): string | null {
  try {
    return readFileSync(LISTING, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function listed(): string {
  const { status, stdout, stderr } = runToEnd(['conntrack', '-L', '-o', 'extended']);
  if (status !== 0) throw new Error(`conntrack: ${stderr.trim()}`);
  return stdout;
}
