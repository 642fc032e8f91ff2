import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';

const ALL_NETNS = '/proc/sys/net/netfilter/nf_log_all_netns';

/**
 * Lets namespaces log. A process of its own waits on a pipe from this one and then sets back what
 * was set before: the pipe closes also when this process is killed.
 */
export function letNamespacesLog(): () => Promise<void> {
  const before = readFileSync(ALL_NETNS, 'utf8').trim();
  const guard = spawn('sh', ['-c', `cat >/dev/null; echo ${before} >${ALL_NETNS}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  writeFileSync(ALL_NETNS, '1');
  return async () => {
    const exited = once(guard, 'exit');
    guard.stdin.end();
    await exited;
  };
}

/** The lines of the kernel's log. */
export function kernelLog(): readonly string[] {
  const text = execFileSync('dmesg', { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return text.split('\n');
}
