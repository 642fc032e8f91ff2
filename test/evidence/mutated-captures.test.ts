import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { captureReader } from '../../src/evidence/capture/capture-reader.ts';
import { readEvidenceText } from '../../src/evidence/text/read-text.ts';
import { mutator, randomNumbers } from './mutate.ts';

const FOLDER = 'test/evidence/corpus/captures';
/** Enough of a file to hold a few records of every kind in it. */
const HEAD = 2500;

/** `HOOKLINE_MUTATIONS=1000000 HOOKLINE_SEED=7 npx vitest run ...` runs more of other ones. */
const COUNT = Number(process.env.HOOKLINE_MUTATIONS ?? 10_000);
const SEED = Number(process.env.HOOKLINE_SEED ?? 20_261_125);
const TIMEOUT = Math.max(60_000, COUNT * 10);

function heads(pattern: RegExp): readonly Uint8Array[] {
  return readdirSync(FOLDER)
    .filter((name) => pattern.test(name))
    .map((name) => readFileSync(`${FOLDER}/${name}`).subarray(0, HEAD));
}

/** Lines, each with the one behind it. */
function lines(): readonly Uint8Array[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .flatMap((name) => readFileSync(`${FOLDER}/${name}`, 'utf8').split(/\n(?=\S)/))
    .map((text) => new TextEncoder().encode(`${text}\n`));
}

describe(`${COUNT} inputs damaged at random (seed ${SEED})`, () => {
  const random = randomNumbers(SEED);
  const { mutate } = mutator(random);

  it('are captures that give some packets or an issue, and no exception', {
    timeout: TIMEOUT,
  }, () => {
    const originals = heads(/\.(?:pcap|pcapng)$/);
    expect(originals.length).toBeGreaterThan(30);
    const pick = (): Uint8Array => originals[random(originals.length)] ?? new Uint8Array();
    for (let count = 0; count < COUNT; count++) {
      const bytes = mutate(pick(), pick());
      const reader = captureReader('case.pcap');
      const cut = random(bytes.length);
      reader.chunk(bytes.subarray(0, cut));
      reader.chunk(bytes.subarray(cut));
      const { value } = reader.end();
      // A frame has a header of its own, so a small file never holds very many.
      if (value.file.lines > bytes.length / 8 || value.observations.length > value.file.lines) {
        throw new Error(`mutation ${count}: ${value.file.lines} frames of ${bytes.length} bytes`);
      }
    }
  });

  it('are lines of tcpdump that give no exception', { timeout: TIMEOUT }, () => {
    const originals = lines();
    expect(originals.length).toBeGreaterThan(200);
    const pick = (): Uint8Array => originals[random(originals.length)] ?? new Uint8Array();
    const decoder = new TextDecoder();
    for (let count = 0; count < COUNT; count++) {
      const text = decoder.decode(mutate(pick(), pick()));
      const { value } = readEvidenceText(text, 'case.txt');
      if (value.observations.length > value.file.lines) {
        throw new Error(`mutation ${count}: more packets than lines`);
      }
    }
  });
});
