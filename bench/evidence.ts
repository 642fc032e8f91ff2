import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { writeCapture, writeLog } from './generate-evidence.ts';

/**
 * `npm run bench:evidence`: reading a million packets and a million LOG lines, as ratios against
 * `tshark -T fields` of the same capture, in turns in one run; the best of the turns counts.
 * HOOKLINE_PROGRAM names a built program other than this checkout's, which is built else.
 */

const FOLDER = '.bench/evidence';
const MILLION = 1_000_000;
const SMALLER = 250_000;
const TURNS = 2;

interface Cost {
  readonly ms: number;
  /** Peak memory, MB; NaN for a program that does not say. */
  readonly memory: number;
}

/** Exit codes up to 2 are answers. */
function cost(argv: readonly string[]): Cost {
  const [command = '', ...rest] = argv;
  const start = performance.now();
  const run = spawnSync(command, rest, { encoding: 'utf8', maxBuffer: 1e9 });
  const ms = performance.now() - start;
  if (run.error || run.status === null || run.status > 2) {
    throw new Error(`${argv.join(' ')}: ${run.error?.message ?? run.stderr}`);
  }
  return { ms, memory: Number(/^peak (\d+) MB$/m.exec(run.stderr)?.[1] ?? Number.NaN) };
}

function best(costs: readonly Cost[]): Cost {
  return {
    ms: Math.min(...costs.map(({ ms }) => ms)),
    memory: Math.max(...costs.map(({ memory }) => memory)),
  };
}

const FIELDS = [
  ...['frame.number', 'frame.time_epoch', 'ip.src', 'ip.dst', 'ip.id', 'ip.ttl', 'tcp.srcport'],
  ...['tcp.dstport', 'tcp.flags', 'tcp.seq_raw', 'tcp.ack_raw', 'tcp.len', 'tcp.window_size_value'],
];

function main(): void {
  mkdirSync(FOLDER, { recursive: true });
  const capture = `${FOLDER}/packets-${MILLION}.pcap`;
  const smaller = `${FOLDER}/packets-${SMALLER}.pcap`;
  const log = `${FOLDER}/lines-${MILLION}.log`;
  writeCapture(capture, MILLION);
  writeCapture(smaller, SMALLER);
  writeLog(log, MILLION);
  const program = process.env.HOOKLINE_PROGRAM;
  if (program === undefined) spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  const node = ['node', '--import', './bench/report-memory.mjs', program ?? 'bin/hookline.js'];
  const evidence = (file: string): Cost => cost([...node, 'evidence', file, '--level', 'minimal']);
  const shark = [
    'tshark',
    '-n',
    '-r',
    capture,
    '-T',
    'fields',
    ...FIELDS.flatMap((f) => ['-e', f]),
  ];

  const turns = Array.from({ length: TURNS }, () => ({
    shark: cost(shark),
    capture: evidence(capture),
    smaller: evidence(smaller),
    log: evidence(log),
  }));
  const of = (name: keyof (typeof turns)[number]): Cost => best(turns.map((turn) => turn[name]));
  const print = (name: string, value: string): void => {
    process.stdout.write(`${name.padEnd(58)} ${value}\n`);
  };
  const tshark = of('shark').ms;
  print(`tshark -T fields, ${MILLION} packets`, `${tshark.toFixed(0)} ms`);
  for (const [name, key] of [
    [`hookline evidence, ${MILLION} packets`, 'capture'],
    [`hookline evidence, ${SMALLER} packets`, 'smaller'],
    [`hookline evidence, ${MILLION} LOG lines`, 'log'],
  ] as const) {
    const { ms, memory } = of(key);
    print(name, `${ms.toFixed(0)} ms, ${memory} MB`);
    if (key !== 'smaller') print('  tshark takes longer by', `${(tshark / ms).toFixed(1)} times`);
  }
}

main();
