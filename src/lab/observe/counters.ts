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
    const old = (before[i] ?? '').split('\n');
    const lines = text.split('\n');
    for (const [k, line] of lines.entries()) {
      if (line === old[k]) continue;
      const was = new Map(countersIn(old[k - 1], old[k]));
      for (const [name, value] of countersIn(lines[k - 1], line)) {
        const change = value - (was.get(name) ?? 0);
        if (change !== 0) changes[name] = change;
      }
    }
  }
  return changes;
}

/** The counters of a line: one, or those that the line above has the names of. */
function countersIn(
  above: string | undefined,
  line: string | undefined,
): readonly (readonly [string, number])[] {
  const [first = '', ...values] = (line ?? '').split(/\s+/);
  if (!first.endsWith(':')) return [[first, Number(values[0] ?? 0)]];
  const names = (above ?? '').split(/\s+/);
  const group = first.slice(0, -1);
  return values.map((value, i) => [`${group}${names[i + 1]}`, Number(value)]);
}
