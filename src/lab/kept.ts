import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeptLab } from './lab.ts';

/**
 * The list of laboratories that were told to stay (`keep`): one JSON file each, named by PID, in a folder
 * of this user. A file whose process is gone says nothing any more.
 */

/** The user's folder: `/run/hookline` for root, and what HOOKLINE_RUN_DIR says. */
export function keptFolder(): string {
  if (process.env.HOOKLINE_RUN_DIR) return process.env.HOOKLINE_RUN_DIR;
  const uid = process.getuid?.() ?? 0;
  if (uid === 0) return '/run/hookline';
  return join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), `hookline-${uid}`);
}

export function noteKept(lab: KeptLab): void {
  mkdirSync(keptFolder(), { recursive: true, mode: 0o700 });
  writeFileSync(fileOf(lab), `${JSON.stringify(lab)}\n`);
}

export function forgetKept(lab: KeptLab): void {
  rmSync(fileOf(lab), { force: true });
}

/** All that are noted, also those whose process is gone; files that are no such notes are passed over. */
export function notedLabs(): readonly KeptLab[] {
  return namesIn(keptFolder()).flatMap((name) => {
    try {
      const lab = JSON.parse(readFileSync(join(keptFolder(), name), 'utf8')) as Partial<KeptLab>;
      return typeof lab.pid === 'number' && `${lab.pid}.json` === name ? [lab as KeptLab] : [];
    } catch {
      return [];
    }
  });
}

/** Whether its process still stands, and is no other with the same PID. */
export function stands({ pid, startTime }: KeptLab): boolean {
  return startTimeOf(pid) === startTime;
}

/**
 * Clock ticks since boot, of `/proc/PID/stat`: with the PID it names one process for ever. Null for a
 * process that is not there, or has ended and waits for its parent.
 */
export function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name may hold spaces: state is the first word after it, field 22 the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

/** Numbers of all PID namespaces that a process other than this one is in, as far as we may see. */
export function livePidNamespaces(except: number): ReadonlySet<string> {
  const found = new Set<string>();
  for (const name of namesIn('/proc').filter((entry) => /^\d+$/.test(entry))) {
    if (Number(name) === except) continue;
    try {
      found.add(/\d+/.exec(readlinkSync(`/proc/${name}/ns/pid`))?.[0] ?? '');
    } catch {
      // Ended since, or not ours to look at.
    }
  }
  return found;
}

function fileOf({ pid }: KeptLab): string {
  return join(keptFolder(), `${pid}.json`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
