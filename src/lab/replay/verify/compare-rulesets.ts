import type { Run } from '../../host/batch.ts';
import { isRecord, parse, recordsOf } from '../read/records.ts';
import type { NotRebuilt, Restore, RestoreKind } from '../rebuild.ts';
import { differs } from './differs.ts';
import type { BothStates } from './verify.ts';

const SAVE: Readonly<Record<RestoreKind, readonly string[]>> = {
  ipset: ['ipset', 'save'],
  'iptables-legacy': ['iptables-legacy-save'],
  'ip6tables-legacy': ['ip6tables-legacy-save'],
  'iptables-nft': ['iptables-nft-save'],
  'ip6tables-nft': ['ip6tables-nft-save'],
  'nft-json': ['nft', '-j', 'list', 'ruleset'],
};

/** Rules and sets: each text that was restored against what its program saves now. */
export async function compareRulesets(
  { plan }: BothStates,
  run: Run,
): Promise<readonly NotRebuilt[]> {
  const differences: NotRebuilt[] = [];
  for (const restore of plan.restores) {
    const { stdout } = await run(plan.name, SAVE[restore.kind]);
    const pieces = restore.kind === 'nft-json' ? nftPieces : savePieces;
    const there = new Set(pieces(stdout));
    for (const piece of pieces(restore.text)) {
      if (there.has(piece)) continue;
      differences.push(differs(pieceFact(restore, piece), piece, null));
    }
  }
  return differences;
}

function pieceFact(restore: Restore, piece: string): Restore['fact'] {
  const { source } = restore.fact;
  const [line = piece] = piece.split('\u0000').slice(-1);
  if (restore.kind === 'nft-json' || !source) {
    return { ...restore.fact, subject: line.slice(0, 200) };
  }
  const at = restore.text.split('\n').findIndex((text) => bare(text) === line);
  return {
    ...restore.fact,
    subject: `rule ${line}`,
    source: { ...source, line: at + 1, text: line },
  };
}

/** Lines of a save with their table and, for rules, their place in the chain. */
function savePieces(text: string): readonly string[] {
  let table = '';
  const places = new Map<string, number>();
  return text.split('\n').flatMap((raw): readonly string[] => {
    const line = bare(raw);
    if (line === '' || line === 'COMMIT' || line.startsWith('#')) return [];
    if (line.startsWith('*')) {
      table = line;
      return [];
    }
    const chain = /^-A (\S+)/.exec(line)?.[1];
    if (chain === undefined) return [`${table}\u0000${line}`];
    const place = (places.get(`${table} ${chain}`) ?? 0) + 1;
    places.set(`${table} ${chain}`, place);
    return [`${table}\u0000${place}\u0000${line}`];
  });
}

/** Without counters, time left, and the order of unordered things. */
function bare(line: string): string {
  return line
    .trim()
    .replace(/^\[\d+:\d+\] /, '')
    .replace(/ \[\d+:\d+\]$/, '')
    .replaceAll(/ (?:timeout|packets|bytes|initval|bucketsize) \S+/g, '');
}

/** Objects of an nft listing without handles, counters, comments of sets and time left. */
function nftPieces(text: string): readonly string[] {
  const value = parse(text);
  if (!isRecord(value)) return [];
  const pieces: string[] = [];
  for (const item of recordsOf(value, 'nftables')) {
    const stated = isRecord(item.add) ? item.add : item;
    const [kind, body] = Object.entries(stated)[0] ?? [];
    if (kind === undefined || kind === 'metainfo' || !isRecord(body)) continue;
    if (kind === 'set' || kind === 'map') {
      const { elem, comment: _comment, ...declared } = body;
      pieces.push(JSON.stringify([kind, stable(declared)]));
      for (const element of Array.isArray(elem) ? elem : []) {
        pieces.push(JSON.stringify(['element', body.table, body.name, stable(element)]));
      }
    } else if (kind === 'element') {
      for (const element of Array.isArray(body.elem) ? body.elem : []) {
        pieces.push(JSON.stringify(['element', body.table, body.name, stable(element)]));
      }
    } else pieces.push(JSON.stringify([kind, stable(body)]));
  }
  return pieces;
}

const UNSTABLE = new Set(['handle', 'expires', 'packets', 'bytes']);

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !UNSTABLE.has(key))
      .map(([key, child]) => [key, stable(child)]),
  );
}
