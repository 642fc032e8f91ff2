import { evidenceTextReader } from '../../../src/evidence/text/read-text.ts';
import { corpusFiles, corpusText } from './corpus.ts';
import { mutate, randomFrom } from './mutate.ts';

/** The corpus by what reads it: one family of parsers each. */
export const FAMILIES: Readonly<Record<string, RegExp>> = {
  'kernel log': /^recorded\/log\/dmesg(?!-json)/,
  'journals and carriers':
    /^recorded\/(?:journal|syslog)\/|carried-log-lines|log\/(?:kmsg|dmesg-json)/,
  traces: /\/(?:trace\/|xtables-monitor|nft-trace)/,
  ulogd: /^recorded\/ulogd\//,
  conntrack: /conntrack/,
  sockets: /socket/,
  counters: /counter\/|links-other|two-runs|before-and-after/,
  drops: /\/drop\/|dropwatch/,
  tracers: /pwru|retis|cilium|hubble/,
  clients: /client|kubectl/,
};

/** Lines that one reader gets before it is asked for its result. */
const BATCH = 200;

export interface FuzzResult {
  readonly lines: number;
  readonly recognised: number;
  /** Milliseconds of the slowest batch, by the given clock. */
  readonly slowest: number;
}

export function familyLines(family: string): readonly string[] {
  const pattern = FAMILIES[family];
  return corpusFiles()
    .filter((path) => pattern?.test(path))
    .flatMap((path) => corpusText(path).split('\n'));
}

/**
 * Gives mutated lines of a family to the reader; throws what the reader throws, with the seed and
 * the batch that made it. `now` is a clock for reports.
 */
export function fuzzFamily(
  family: string,
  count: number,
  seed: number,
  now: () => number = () => 0,
): FuzzResult {
  const source = familyLines(family);
  const random = randomFrom(seed);
  const pick = (): number => Math.floor(random() * source.length);
  let recognised = 0;
  let slowest = 0;
  for (let done = 0; done < count; ) {
    const start = now();
    const batch: string[] = [];
    let from = pick();
    for (; batch.length < BATCH && done < count; done++) {
      // Neighbours stay together most of the time: some forms take several lines.
      from = random() < 0.9 ? (from + 1) % source.length : pick();
      const line = source[from] ?? '';
      batch.push(random() < 0.3 ? line : mutate(line, source[pick()] ?? '', random));
    }
    try {
      const reader = evidenceTextReader(`${family}.txt`);
      if (random() < 0.5) for (const line of batch) reader.line(line);
      else reader.chunk(batch.join('\n'));
      const { file } = reader.end().value;
      recognised += file.recognised;
      if (file.recognised + file.unplacedCount > file.lines) throw new Error('lines counted twice');
    } catch (error) {
      throw new Error(`${family}, seed ${seed}, lines up to ${done}: ${JSON.stringify(batch)}`, {
        cause: error,
      });
    }
    slowest = Math.max(slowest, now() - start);
  }
  return { lines: count, recognised, slowest };
}
