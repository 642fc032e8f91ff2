/**
 * `npm run fuzz:evidence -- LINES [SEED]`: mutated lines of every form for the readers of text.
 * Ends with an error and its seed when one throws.
 */
import { FAMILIES, fuzzFamily } from '../test/evidence/text/fuzz-family.ts';

const lines = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 20_261_125);

/** Time of this process alone: other processes of the machine do not count. */
function used(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

for (const family of Object.keys(FAMILIES)) {
  const start = used();
  const { recognised, slowest } = fuzzFamily(family, lines, seed, used);
  const seconds = ((used() - start) / 1000).toFixed(1);
  const memory = Math.round(process.memoryUsage().rss / 1e6);
  process.stdout.write(
    `${family}: ${lines} lines, seed ${seed}, ${recognised} recognised, ${seconds} s of CPU, slowest 200 lines ${slowest.toFixed(0)} ms, ${memory} MB\n`,
  );
}
