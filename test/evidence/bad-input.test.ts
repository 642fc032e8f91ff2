import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { loadEvidence } from '../../src/cli/load-evidence.ts';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import { readEvidenceFile } from '../../src/evidence/read-evidence-file.ts';
import { readEvidenceText } from '../../src/evidence/text/read-text.ts';
import { renderEvidence } from '../../src/report/evidence/render-evidence.ts';
import { PLAIN_CANVAS } from '../../src/report/text/style.ts';
import { bytes, hex } from './frames.ts';
import { captureLine, logLine } from './log-line.ts';

const LINE = `${logLine({ prefix: 'raw out: ' })}\n`;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string): Uint8Array => bytes([0xff, 0xfe], Buffer.from(text, 'utf16le'));
const PNG = hex('89504e470d0a1a0a 0000000d 49484452 00000001 00000001 08 02 000000');

interface Input {
  readonly what: string;
  readonly content: Uint8Array;
  readonly observations: number;
  readonly issues: readonly string[];
}

const INPUTS: readonly Input[] = [
  { what: 'an empty file', content: utf8(''), observations: 0, issues: ['empty-file'] },
  { what: 'an image', content: PNG, observations: 0, issues: ['binary-file'] },
  { what: 'prose', content: utf8('nothing of use\n'), observations: 0, issues: [] },
  {
    what: 'text that is not UTF-8',
    content: bytes([0x63, 0xe9, 0x80, 10], utf8(LINE)),
    observations: 1,
    issues: [],
  },
  { what: 'UTF-16', content: utf16(LINE), observations: 1, issues: [] },
  {
    what: 'a line of 10 MB before a good one',
    content: utf8(`${'SRC=x '.repeat(1_700_000)}\n${LINE}`),
    observations: 1,
    issues: ['lines-too-long-read-in-part'],
  },
  {
    what: 'a line of 10 MB and nothing else',
    content: utf8('1.2.3.4.5 > 1.2.3.4.6: '.repeat(450_000)),
    observations: 0,
    issues: ['lines-too-long-read-in-part'],
  },
  {
    what: 'binary rubbish amid a log',
    content: bytes(utf8(LINE), new Uint8Array(5000), utf8(`\n${LINE}`.repeat(2))),
    observations: 0,
    issues: ['binary-file'],
  },
];

describe('input that is not evidence', () => {
  it.each(INPUTS)('$what', ({ content, observations, issues }) => {
    const part = readEvidenceFile(content, 'case.txt');
    expect(part.value.observations).toHaveLength(observations);
    expect(part.issues.map(({ code }) => code)).toEqual(issues);
  });

  it('never makes the reader throw or lose count, whatever the text is', () => {
    const scraps = fc.constantFrom(
      ...logLine({ seq: 1 }).split(/(?<= )/),
      ...captureLine({ mss: 1460, ts: [1, 2] }).split(/(?<= )/),
      ...[
        'IP (tos 0x0, ',
        'Flags [',
        '\n',
        ' > ',
        ': ',
        '[SRC=',
        '## ',
        '$ curl ',
        'ICMP ',
        '\u0000',
      ],
    );
    const text = fc.array(fc.oneof(scraps, fc.string({ maxLength: 8 })), { maxLength: 60 });
    fc.assert(
      fc.property(text, (parts) => {
        const part = readEvidenceText(parts.join(''), 'case.txt');
        const { file } = part.value;
        expect(file.recognised + file.unplacedCount).toBeLessThanOrEqual(file.lines);
        renderEvidence(buildEvidence([part]), 'detailed', PLAIN_CANVAS);
      }),
      { numRuns: 500 },
    );
  });

  it('never makes the readers of captures throw', () => {
    const magic = fc.constantFrom('d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', '0a0d0d0a', '');
    fc.assert(
      fc.property(magic, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
        buildEvidence([readEvidenceFile(bytes(hex(start), rest), 'case.pcap')]);
      }),
      { numRuns: 1000 },
    );
  });

  it('of very many packets keeps the first ones and counts the others', () => {
    const line = (spt: number): string => logLine({ spt, id: spt });
    const lines = Array.from({ length: 50 }, (_, index) => line(index + 1));
    const part = readEvidenceText(lines, 'case.txt', { limit: 20 });
    const shown = renderEvidence(buildEvidence([part]), 'minimal', PLAIN_CANVAS).split('\n');
    expect(shown[0]).toContain('50 recognised, 0 not placed; 20 observations');
    expect(shown[0]).toContain('30 packets beyond the limit left out');
  });
});

describe('files on the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hookline-evidence-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const png = file('a.png', PNG);
  const log = file('b.log', utf8(LINE));

  async function* pieces(content: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
  }

  function io(stdin: Uint8Array = new Uint8Array(), size = 1): Io & { readonly said: string[] } {
    const said: string[] = [];
    const err = (text: string): void => {
      said.push(text);
    };
    return { out: err, err, canvas: PLAIN_CANVAS, stdin: pieces(stdin, size), said };
  }

  it('one that cannot be used is told, and the others are read', async () => {
    const own = io();
    const evidence = await loadEvidence([png, log], own);
    expect(evidence.observations).toHaveLength(1);
    expect(own.said).toEqual([expect.stringContaining(`${png}: binary file`)]);
  });

  it.each([
    ['only files that cannot be used', [png], /no evidence that can be read|no evidence here/],
    ['a file that is not there', [join(folder, 'none')], /none: no such file/],
    ['an empty folder', [mkdtempSync(join(folder, 'empty-'))], /the folder is empty/],
  ])('%s end it with one line', async (_what, paths, message) => {
    await expect(loadEvidence(paths, io())).rejects.toThrow(message);
  });

  it.each([
    ['byte by byte', 1],
    ['in one piece', 100_000],
  ])('a log on standard input is read %s', async (_what, size) => {
    const evidence = await loadEvidence(['-'], io(utf8(LINE.repeat(2)), size));
    expect(evidence.files).toMatchObject([{ file: 'stdin', lines: 2, recognised: 2 }]);
  });

  it('standard input without an end is left when it is no text', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given++;
        yield new Uint8Array(1000);
      }
    }
    const own = { ...io(), stdin: endless() };
    await expect(loadEvidence(['-'], own)).rejects.toThrow(/no evidence/);
    expect(given).toBeLessThan(10);
  });
});
