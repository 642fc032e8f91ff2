import { readFileSync } from 'node:fs';

/** Counter files of one namespace as text: most do not move during a flow, and are not taken apart. */
export type CounterText = readonly string[];

/** Two files with a line of names over a line of numbers, and IPv6's with one counter per line. */
const FILES = ['snmp', 'netstat', 'snmp6'] as const;

/** Reads the counters of the namespace that this thread is in. */
export function readCounters(): CounterText {
  return FILES.map((file) => {
    try {
      return readFileSync(`/proc/thread-self/net/${file}`, 'utf8');
    } catch (error) {
      // IPv6 may be compiled out.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  });
}

/** Counters that moved, by how much; nstat's names: `IpInAddrErrors`, `TcpExtIPReversePathFilter`. */
export function counterChanges(
  before: CounterText,
  after: CounterText,
): Readonly<Record<string, number>> {
  const changes: Record<string, number> = {};
  for (const [i, text] of after.entries()) {
    if (text === before[i]) continue;
    const old = counters(before[i] ?? '');
    for (const [name, value] of counters(text)) {
      const change = value - (old.get(name) ?? 0);
      if (change !== 0) changes[name] = change;
    }
  }
  return changes;
}

function counters(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let names: readonly string[] = [];
  for (const line of text.split('\n')) {
    const [first = '', ...rest] = line.split(/\s+/);
    if (first === '') continue;
    if (!first.endsWith(':')) {
      found.set(first, Number(rest[0]));
    } else if (names[0] === first) {
      for (const [i, value] of rest.entries()) {
        found.set(`${first.slice(0, -1)}${names[i + 1]}`, Number(value));
      }
      names = [];
    } else {
      names = [first, ...rest];
    }
  }
  return found;
}
