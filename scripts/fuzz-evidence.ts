/**
 * `npm run fuzz:evidence -- LINES [SEED]`: mutated lines of every form for the readers of text.
 * Ends with an error and its seed when one throws.
 */
import { FAMILIES, fuzzFamily } from '../test/evidence/text/fuzz-family.ts';

const lines = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 20_261_125);

for (const family of Object.keys(FAMILIES)) {
  const start = performance.now();
  const { recognised, slowest } = fuzzFamily(family, lines, seed, () => performance.now());
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const memory = Math.round(process.memoryUsage().rss / 1e6);
  process.stdout.write(
    `${family}: ${lines} lines, seed ${seed}, ${recognised} recognised, ${seconds} s, slowest 200 lines ${slowest.toFixed(0)} ms, ${memory} MB\n`,
  );
}
