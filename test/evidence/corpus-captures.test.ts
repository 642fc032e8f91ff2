import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { loadEvidence } from '../../src/cli/load-evidence.ts';
import { captureReader } from '../../src/evidence/capture/capture-reader.ts';
import { readCapture } from '../../src/evidence/capture/read-capture.ts';
import type { EvidencePart } from '../../src/evidence/part.ts';
import type { Parsed } from '../../src/packet/issue.ts';
import { PLAIN_CANVAS } from '../../src/report/text/style.ts';

const FOLDER = 'test/evidence/corpus/captures';
const load = (name: string): Uint8Array => readFileSync(`${FOLDER}/${name}`);
const read = (name: string): Parsed<EvidencePart> => readCapture(load(name), name);
const names = readdirSync(FOLDER).filter((name) => /\.(?:pcap|pcapng)$/.test(name));
const codes = ({ issues }: Parsed<EvidencePart>): string[] => [
  ...new Set(issues.map(({ code }) => code)),
];

const DAMAGED: Readonly<Record<string, readonly string[]>> = {
  'cut-off.pcap': ['capture-cut-off'],
  'cut-off.pcapng': ['capture-cut-off'],
  'garbage.pcap': ['capture-broken-block'],
  'garbage.pcapng': ['capture-broken-block'],
  'link-147-user0.pcap': ['capture-link-type-unknown'],
  'link-253-netlink.pcap': ['capture-link-type-unknown'],
};

describe('recorded captures', () => {
  it.each(names)('%s is read with its damage named, and nothing else', (name) => {
    const part = read(name);
    expect(codes(part)).toEqual(DAMAGED[name] ?? []);
    expect(part.value.file.lines).toBeGreaterThan(0);
    if (DAMAGED[name]) return;
    const others = (part.value.file.otherFrames ?? []).reduce((sum, { frames }) => sum + frames, 0);
    expect(part.value.observations.length + others).toBe(part.value.file.lines);
  });

  it.each(names)('%s gives the same in pieces of 7 bytes', (name) => {
    const bytes = load(name);
    const reader = captureReader(name);
    for (let at = 0; at < bytes.length; at += 7) reader.chunk(bytes.subarray(at, at + 7));
    expect(reader.end()).toEqual(read(name));
  });

  it.each(['garbage.pcap', 'garbage.pcapng'])('%s is read on behind the garbage', (name) => {
    const whole = read(name.endsWith('ng') ? 'several.pcapng' : 'ethernet.pcap').value.file.lines;
    expect(read(name).value.file.lines).toBeGreaterThanOrEqual(whole - 3);
  });

  it.each([
    'format-modpcap.pcap',
    'format-nokiapcap.pcap',
    'format-nsecpcap.pcap',
    'format-rh6_1pcap.pcap',
    'format-suse6_3pcap.pcap',
    'format-nano.pcapng',
    'comments.pcapng',
    'names.pcapng',
  ])('%s holds the packets of the capture it was made of', (name) => {
    const packets = read(name).value.observations.map(({ packet }) => packet);
    const made = name === 'format-nano.pcapng' ? 'ethernet-nano.pcap' : 'ethernet.pcap';
    const origin = read(made).value.observations.map(({ packet }) => packet);
    expect(packets.length).toBeGreaterThan(10);
    expect(packets).toEqual(origin.slice(0, packets.length));
  });

  it('tells where a rule logged a packet, with what', () => {
    const [first] = read('link-239-nflog.pcap').value.observations;
    expect(first).toMatchObject({
      uid: 1000,
      packet: { mark: 0x4000, dport: 80 },
      vantage: { kind: 'log', hook: 'output', label: 'out:', iif: null, oif: 'ifindex 3' },
    });
    const logged = read('nflog.pcap').value.observations;
    const labels = new Set(logged.map(({ vantage }) => `${vantage.label} ${vantage.hook}`));
    expect([...labels].sort()).toEqual([
      ' postrouting',
      'filter out 6: output',
      'filter out: output',
      'mangle in: input',
    ]);
    const marked = logged.filter(({ packet }) => packet.mark === 0x4000);
    expect(marked.length).toBeGreaterThan(0);
    expect(marked.every(({ packet }) => packet.protocol === 1)).toBe(true);
  });

  it('tells what was written into the file beside packets', () => {
    const told = read('comments.pcapng').value.statements.map((statement) =>
      statement.kind === 'comment' ? [statement.text, statement.source.line] : statement.kind,
    );
    expect(told).toEqual([
      ['recorded in a namespace', 0],
      ['the handshake begins', 1],
      ['it ends', 3],
    ]);
    const hosts = read('names.pcapng').value.statements.filter(({ kind }) => kind === 'host-name');
    expect(hosts).toMatchObject([{ names: ['server.example'] }, { names: ['server6.example'] }]);
  });

  it('names the frames that hold no IP packet', () => {
    const others = read('link-1-ethernet.pcap').value.file.otherFrames;
    expect(others?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ARP', 'LLDP', 'IEEE 802.2 (spanning tree and the like)']),
    );
  });
});

describe('compressed captures', () => {
  const io: Io = {
    out: () => undefined,
    err: () => undefined,
    canvas: PLAIN_CANVAS,
    stdin: (async function* () {
      yield load('ethernet.pcap.gz');
    })(),
  };

  it.each([
    ['from a file', `${FOLDER}/ethernet.pcap.gz`],
    ['from standard input', '-'],
  ])('are unpacked %s', async (_what, path) => {
    const evidence = await loadEvidence([path], io);
    expect(evidence.observations.map(({ packet }) => packet)).toEqual(
      read('ethernet.pcap').value.observations.map(({ packet }) => packet),
    );
  });

  it('that are cut off give the packets up to there', async () => {
    const evidence = await loadEvidence([`${FOLDER}/cut-off.pcap.gz`], io);
    expect(evidence.observations.length).toBeGreaterThan(5);
    expect(evidence.issues.map(({ code }) => code)).toContain('compressed-cut-off');
  });
});
