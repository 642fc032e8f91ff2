import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync } from 'node:fs';
import { z } from 'zod';

/**
 * `npm run bench`: the figures of the README. Times are ratios against `iptables-restore --test`
 * of the same rules, measured in turns in one run, because the machines differ; the best of the turns counts on both
 * sides, because other programs run there too.
 */

const SCALE = 'scale-5000-iptables-nft';
const FOLDER = `.bench/${SCALE}`;
const RULES = `${FOLDER}/nodes/n1/iptables-save.txt`;
const TURNS = 7;
const FLOWS = 1000;

const costs = z.object({ loadMs: z.number(), traceMs: z.array(z.number()), maxRssMb: z.number() });

interface Timed {
  readonly ms: number;
  readonly stdout: string;
}

function timed(argv: readonly string[], stdin: string | null): Timed {
  const [command = '', ...rest] = argv;
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, rest, {
    encoding: 'utf8',
    stdio: [stdin === null ? 'ignore' : openSync(stdin, 'r'), 'pipe', 'pipe'],
  });
  const ms = performance.now() - start;
  if (error || status !== 0) throw new Error(`${argv.join(' ')}: ${error?.message ?? stderr}`);
  return { ms, stdout };
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A private network namespace, so that even a restore that is no test would harm nobody. */
function restore(backend: 'nft' | 'legacy'): readonly string[] {
  return ['unshare', '-n', `iptables-${backend}-restore`, '--test'];
}

function works(argv: readonly string[]): boolean {
  try {
    timed(argv, RULES);
    return true;
  } catch (error) {
    process.stdout.write(`left out: ${error instanceof Error ? error.message.trim() : error}\n`);
    return false;
  }
}

function extract(): void {
  if (existsSync(RULES)) return;
  mkdirSync('.bench', { recursive: true });
  timed(['tar', '-xJf', `test/recorded/scale/${SCALE}.tar.xz`, '-C', '.bench'], null);
}

function main(): void {
  extract();
  timed(['npm', 'run', '--silent', 'build'], null);
  const load = ['node', 'bench/load-and-trace.mjs', FOLDER];
  const backends = (['nft', 'legacy'] as const).filter((backend) => works(restore(backend)));
  const loads: number[] = [];
  const inside: number[] = [];
  const memory: number[] = [];
  const restores = new Map(backends.map((backend) => [backend, [] as number[]]));
  const nodeStarts: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [backend, times] of restores) times.push(timed(restore(backend), RULES).ms);
    const { ms, stdout } = timed(load, null);
    const cost = costs.parse(JSON.parse(stdout));
    loads.push(ms);
    inside.push(cost.loadMs);
    memory.push(cost.maxRssMb);
    nodeStarts.push(timed(['node', '-e', '0'], null).ms);
  }
  const traced = costs.parse(JSON.parse(timed([...load, String(FLOWS)], null).stdout));
  const print = (name: string, value: string): void => {
    process.stdout.write(`${name.padEnd(58)} ${value}\n`);
  };
  const total = Math.min(...loads);
  print(`${SCALE}: load and index, with Node's start`, `${total.toFixed(0)} ms`);
  print('  of which reading and indexing', `${Math.min(...inside).toFixed(0)} ms`);
  print("  Node's start alone", `${Math.min(...nodeStarts).toFixed(0)} ms`);
  for (const [backend, times] of restores) {
    const best = Math.min(...times);
    print(
      `  against iptables-${backend}-restore --test`,
      `${(total / best).toFixed(2)} (${best.toFixed(0)} ms)`,
    );
  }
  print(
    `median of ${traced.traceMs.length} traces after load`,
    `${median(traced.traceMs).toFixed(2)} ms`,
  );
  print('  95th percentile', `${percentile(traced.traceMs, 0.95).toFixed(2)} ms`);
  print('peak memory, load and index', `${median(memory).toFixed(0)} MB`);
  print('peak memory, load and traces', `${traced.maxRssMb.toFixed(0)} MB`);
}

main();
