import type { CommandReport, Lab } from '../lab.ts';
import type { NetnsPlan, NotRebuilt, Restore, RestoreKind } from './rebuild.ts';
import { runIn } from './run-in.ts';

/** In the laboratory's own /run, which nobody else sees: nft opens a file by name. */
const RULESET = '/run/hookline-ruleset';

/** Programs and their words: counters are kept where the save has them. */
const ARGV: Readonly<Record<RestoreKind, readonly string[]>> = {
  ipset: ['ipset', 'restore', '-exist'],
  'iptables-legacy': ['iptables-legacy-restore', '-c', '-w'],
  'ip6tables-legacy': ['ip6tables-legacy-restore', '-c', '-w'],
  'iptables-nft': ['iptables-nft-restore', '-c'],
  'ip6tables-nft': ['ip6tables-nft-restore', '-c'],
  'nft-json': ['nft', '-j', '-f', RULESET],
};

/** Lines that one restore may lose before it is given up. */
const MOST_LOST = 64;

/** Milliseconds: tens of thousands of rules take the legacy backend some seconds. */
const PATIENCE = 120_000;

/** Restores the sets and rules of a namespace. A line that is refused is taken out and named. */
export async function restoreAll(lab: Lab, plan: NetnsPlan): Promise<readonly NotRebuilt[]> {
  const missing: NotRebuilt[] = [];
  for (const restore of plan.restores) missing.push(...(await restoreOne(lab, plan, restore)));
  return missing;
}

async function restoreOne(
  lab: Lab,
  plan: NetnsPlan,
  restore: Restore,
): Promise<readonly NotRebuilt[]> {
  const missing: NotRebuilt[] = [];
  const lines = restore.text.split('\n');
  for (;;) {
    const done = await run(lab, plan.name, restore, lines.join('\n'));
    if (done.status === 0) return missing;
    const text = done.stderr.trim();
    const why = { kind: 'refused', by: ARGV[restore.kind][0] ?? '', text } as const;
    const number = refusedLine(restore.kind, text);
    const line = number === null ? undefined : lines[number - 1]?.trim();
    if (number === null || !line || missing.length >= MOST_LOST) {
      return [...missing, { ...restore.fact, why }];
    }
    if (line === 'COMMIT') {
      const lost = await refusedByKernel(lab, restore, lines, number);
      if (lost.length === 0) return [...missing, { ...restore.fact, why }];
      for (const index of lost) {
        missing.push({ ...lineFact(restore, lines[index] ?? '', index), why });
        lines[index] = '';
      }
      continue;
    }
    missing.push({ ...lineFact(restore, line, number - 1), why });
    lines[number - 1] = '';
  }
}

/** The line keeps its number: lost ones are emptied, not removed. */
function lineFact({ fact }: Restore, line: string, index: number): Omit<NotRebuilt, 'why'> {
  const source = fact.source && { ...fact.source, line: index + 1, text: line };
  return { ...fact, subject: `rule ${line}`, source };
}

async function run(
  lab: Lab,
  namespace: string | null,
  restore: Restore,
  input: string,
): Promise<CommandReport> {
  const execute = runIn(lab, PATIENCE);
  const argv = ARGV[restore.kind];
  if (restore.kind !== 'nft-json') return execute(namespace, argv, `${input}\n`);
  await execute(null, ['tee', RULESET], input);
  return execute(namespace, argv);
}

/** `line 5 failed`, `Error occurred at line: 5`, `line 5: RULE_APPEND failed`, `Error in line 5:`. */
function refusedLine(kind: RestoreKind, text: string): number | null {
  if (kind === 'nft-json') return null;
  const match = /\b(?:at )?line:? (\d+)/i.exec(text);
  return match ? Number(match[1]) : null;
}

/**
 * The legacy program commits a whole table and is told only that something in it is refused: an
 * extension that this kernel lacks. One rule of each combination of extensions is tried alone, in the
 * laboratory's own namespace; all rules of a refused combination are lost. Returns indexes of lines.
 */
async function refusedByKernel(
  lab: Lab,
  restore: Restore,
  lines: readonly string[],
  commit: number,
): Promise<readonly number[]> {
  const start = lines.lastIndexOf(
    lines.slice(0, commit).findLast((l) => l.startsWith('*')) ?? '',
    commit,
  );
  const table = lines.slice(start, commit - 1);
  const heads = table.filter((line) => line.startsWith('*') || line.startsWith(':'));
  const byKind = new Map<string, number[]>();
  for (const [offset, line] of table.entries()) {
    if (!/^(?:\[\d+:\d+\] )?-A /.test(line)) continue;
    const kind = [...line.matchAll(/ -(?:m|j|g) \S+/g)].map(([words]) => words).join('');
    byKind.set(kind, [...(byKind.get(kind) ?? []), start + offset]);
  }
  const lost: number[] = [];
  for (const indexes of byKind.values()) {
    const example = lines[indexes[0] ?? 0] ?? '';
    const done = await run(lab, null, restore, [...heads, example, 'COMMIT'].join('\n'));
    if (done.status !== 0) lost.push(...indexes);
  }
  return lost;
}
