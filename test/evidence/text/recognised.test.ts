import { describe, expect, it } from 'vitest';
import { readEvidenceText } from '../../../src/evidence/text/read-text.ts';
import { corpusFiles, corpusText, readCorpus } from './corpus.ts';

/** Lines of the corpus that say nothing of packets, sockets or counters. */
const NOTHING: Readonly<Record<string, RegExp>> = {
  'recorded/trace/xtables-monitor.txt': /^Error: unsupported layer 4 protocol value$/,
  'recorded/counter/ip-s-d-link-before.txt': /^ {4}veth addrgenmode/,
  'recorded/counter/ip-s-d-link-after.txt': /^ {4}veth addrgenmode/,
  'rebuilt/two-runs.txt': /^\$ nstat/,
  'rebuilt/before-and-after.txt': /^## /,
  'rebuilt/sockets-other-versions.txt': /^\$ ss /,
};
/** What clients print beside their results is theirs, and people write what they like around what they paste. */
const FILES = corpusFiles().filter(
  (path) => !path.includes('/client/') && !path.startsWith('threads/'),
);

describe('every well-formed line is recognised', () => {
  it.each(FILES)('%s', (path) => {
    const part = readCorpus(path);
    const said = corpusText(path).replace(/\n$/, '').split('\n');
    const lines = said.filter((line) => line.trim() !== '');
    const nothing = lines.filter((line) => NOTHING[path]?.test(line));
    expect(part.file.unplaced).toEqual([]);
    expect(part.file.recognised).toBe(lines.length - nothing.length);
  });

  it('also when all of them are pasted below one another', () => {
    const texts = FILES.map((path) => `${path}\n\n${corpusText(path)}\n`);
    const one = readEvidenceText(texts.join('\n'), 'pasted.txt', { limit: 1_000_000 }).value;
    const apart = FILES.map((path) => readEvidenceText(corpusText(path), path).value);
    const count = (of: (part: (typeof apart)[number]) => number): number =>
      apart.reduce((sum, part) => sum + of(part), 0);
    expect(one.observations).toHaveLength(count((part) => part.observations.length));
    expect(one.tracked).toHaveLength(count((part) => part.tracked.length));
    expect(one.sockets).toHaveLength(count((part) => part.sockets.length));
    expect(one.drops).toHaveLength(count((part) => part.drops.length));
    expect(one.counters).toHaveLength(count((part) => part.counters.length));
  });
});
