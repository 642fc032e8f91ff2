import { forgetKept, livePidNamespaces, notedLabs, stands } from './kept.ts';
import type { KeptLab, Lab } from './lab.ts';
import { TRACE_INSTANCE } from './observe/trace-instance.ts';
import { openLab } from './open-lab.ts';

/** What was left of laboratories, and is gone now. */
export interface CleanReport {
  /** Laboratories that were kept and stood. */
  readonly ended: readonly KeptLab[];
  /** Trace instances of laboratories that were killed. */
  readonly instances: readonly string[];
  readonly failed: readonly { readonly what: string; readonly why: string }[];
}

/**
 * Ends kept laboratories of this user, and removes what a killed one could leave on the machine: trace
 * instances (root only; nobody else can have made one). Laboratories that a running command uses stay.
 */
export async function cleanLaboratories(): Promise<CleanReport> {
  const failed: { what: string; why: string }[] = [];
  const ended: KeptLab[] = [];
  for (const lab of notedLabs()) {
    try {
      if (stands(lab)) {
        process.kill(lab.pid, 'SIGKILL');
        await gone(lab);
        ended.push(lab);
      }
      forgetKept(lab);
    } catch (error) {
      failed.push({ what: `laboratory ${lab.pid}`, why: String(error) });
    }
  }
  const instances = process.getuid?.() === 0 ? await removeInstances(failed) : [];
  return { ended, instances, failed };
}

/** The kernel ends every process of the PID namespace before the first one is gone. */
async function gone(lab: KeptLab): Promise<void> {
  while (stands(lab)) await new Promise((resolve) => setTimeout(resolve, 5));
}

const TRACEFS = '/run/tracing';

/** In a laboratory, so that the machine's own mounts stay as they are. */
async function removeInstances(failed: { what: string; why: string }[]): Promise<string[]> {
  const lab = await openLab();
  try {
    const mounted = await runOne(lab, ['mount', '-m', '-t', 'tracefs', 'hookline', TRACEFS]);
    // A kernel without tracefs has no instances.
    if (mounted.status !== 0) return [];
    const listed = await runOne(lab, ['ls', `${TRACEFS}/instances`]);
    // The kernel gives numbers again: our own may be that of the one that was killed.
    const live = livePidNamespaces(lab.pid);
    const removed: string[] = [];
    for (const name of listed.stdout.split('\n')) {
      const namespace = TRACE_INSTANCE.exec(name)?.[1];
      if (namespace === undefined || live.has(namespace)) continue;
      const done = await runOne(lab, ['rmdir', `${TRACEFS}/instances/${name}`]);
      if (done.status === 0) removed.push(name);
      else failed.push({ what: `trace instance ${name}`, why: done.stderr.trim() });
    }
    return removed;
  } finally {
    await lab.close();
  }
}

async function runOne(lab: Lab, argv: readonly string[]) {
  const [done] = await lab.run([{ namespace: null, argv }]);
  if (!done) throw new Error(`no report of ${argv.join(' ')}`);
  return done;
}
