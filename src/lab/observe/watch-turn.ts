import { closeSync, constants, openSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { tryLock } from './system-calls.ts';
import { mountTracefs, TRACEFS } from './trace-instance.ts';

/**
 * Milliseconds between two tries, and after which the watching begins all the same: one that holds the turn for
 * long sends what never ends. Drops that cannot be told from its own are then counted as lost.
 */
const RETRY = 3;
const PATIENCE = 2_000;

/**
 * Waits until no other laboratory of this machine watches drops. The trace is of the whole machine, and
 * laboratories are alike: the same names and lengths, at the same time. The lock is on tracefs itself,
 * the one file that all of them have in common; it ends with its holder. Returns what ends the turn.
 * Where tracefs is not to be had there is nothing to wait for: drops are not seen there.
 */
export async function takeWatchTurn(): Promise<() => void> {
  let fd: number;
  try {
    mountTracefs();
    fd = openSync(TRACEFS, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch {
    return () => {};
  }
  const end = performance.now() + PATIENCE;
  while (!tryLock(fd) && performance.now() < end) await wait(RETRY);
  return () => closeSync(fd);
}
