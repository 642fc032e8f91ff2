import { describe, expect, it } from 'vitest';
import type {
  Observation,
  ObservedPacket,
  ObservedTcp,
} from '../../../src/evidence/observation.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import { corpusFiles, corpusTable, readCorpus } from './corpus.ts';

const plain = readCorpus('recorded/log/dmesg-t.txt').observations;
/** Printed numbers of a packet, by which the same line is found again in other forms. */
const keyOf = ({ vantage, packet }: Observation): string =>
  JSON.stringify([vantage.label.trim(), vantage.iif, vantage.oif, packet], (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
const LINES = new Set(plain.map(keyOf));

const FORMS = ['log', 'journal', 'syslog'].flatMap((kind) => corpusFiles(`recorded/${kind}`));

describe('a LOG line says the same under every prefix', () => {
  it('there are lines of both families, of ICMP errors, fragments and other protocols', () => {
    expect(plain.length).toBeGreaterThan(250);
    const packets = plain.map(({ packet }) => packet);
    const has = (test: (packet: ObservedPacket) => boolean): boolean => packets.some(test);
    expect(has(({ source }) => source.family === 6)).toBe(true);
    expect(has(({ icmp }) => icmp?.quoted?.tcp?.flags.syn === true)).toBe(true);
    for (const protocol of [1, 6, 17, 47, 50, 51, 58, 136]) {
      expect([protocol, has((packet) => packet.protocol === protocol)]).toEqual([protocol, true]);
    }
    expect(has(({ tcp }) => tcp?.timestampValue != null && tcp.sequence !== null)).toBe(true);
    expect(plain.some(({ uid }) => uid === 0)).toBe(true);
  });

  it.each(FORMS)('%s', (path) => {
    const { observations } = readCorpus(path);
    expect(observations.length).toBeGreaterThanOrEqual(12);
    const others = observations.filter((observation) => !LINES.has(keyOf(observation)));
    expect(others.map(({ source }) => source.text)).toEqual([]);
  });

  it.each<[path: string, base: string, precision: number]>([
    ['log/dmesg.txt', 'uptime', 1e-6],
    ['log/dmesg-d.txt', 'uptime', 1e-6],
    ['log/dmesg-r.txt', 'uptime', 1e-6],
    ['log/dmesg-x.txt', 'uptime', 1e-6],
    ['log/dmesg-T.txt', 'date', 1.01],
    ['log/dmesg--time-format-ctime.txt', 'date', 1.01],
    ['log/dmesg--time-format-iso.txt', 'epoch', 1e-5],
    ['log/kmsg.txt', 'uptime', 1e-6],
    ['log/dmesg-json.txt', 'uptime', 1e-6],
    ['journal/short.txt', 'year', 1.01],
    ['journal/short-full.txt', 'epoch', 1.01],
    ['journal/short-iso.txt', 'epoch', 1.01],
    ['journal/short-iso-precise.txt', 'epoch', 1e-5],
    ['journal/short-precise.txt', 'year', 1e-5],
    ['journal/short-monotonic.txt', 'uptime', 1e-5],
    ['journal/short-unix.txt', 'epoch', 1e-5],
    ['journal/with-unit.txt', 'epoch', 1.01],
    ['journal/verbose.txt', 'epoch', 1e-5],
    ['journal/export.txt', 'epoch', 1e-5],
    ['journal/json.txt', 'epoch', 1e-5],
    ['journal/json-pretty.txt', 'epoch', 1e-5],
    ['journal/json-seq.txt', 'epoch', 1e-5],
    ['journal/json-sse.txt', 'epoch', 1e-5],
  ])('the times of %s count %s and run as those of dmesg', (path, base, precision) => {
    const uptime = new Map(
      readCorpus('recorded/log/dmesg.txt').observations.map((line) => [keyOf(line), line.time]),
    );
    const twice = new Set(plain.map(keyOf).filter((key, at, all) => all.indexOf(key) !== at));
    const observations = readCorpus(`recorded/${path}`).observations.filter(
      (line) => !twice.has(keyOf(line)),
    );
    expect(new Set(observations.map(({ timeBase }) => timeBase))).toEqual(new Set([base]));
    const offsets = observations.map((line) => (line.time ?? 0) - (uptime.get(keyOf(line)) ?? 0));
    expect(Math.max(...offsets) - Math.min(...offsets)).toBeLessThan(precision);
  });

  it.each(['journal/short.txt', 'journal/json.txt', 'journal/export.txt', 'journal/verbose.txt'])(
    '%s names the host',
    (path) => {
      const nodes = readCorpus(`recorded/${path}`).observations.map(({ vantage }) => vantage.node);
      expect(new Set(nodes)).toEqual(new Set(['router']));
    },
  );
});

describe('a LOG line against what tshark reads of the same packet on the wire', () => {
  interface Frame {
    readonly [field: string]: string | undefined;
  }
  const NAMES =
    'number id src4 dst4 src6 dst6 proto4 proto6 ttl4 ttl6 length dsfield df tcpS tcpD udpS udpD seq ack flags window mss ts icmpT icmpC icmp6T icmp6C'.split(
      ' ',
    );
  const frames = corpusTable('recorded/log/router-packets.tsv').map(
    (row): Frame =>
      Object.fromEntries(NAMES.map((name, at) => [name, row[at] === '' ? undefined : row[at]])),
  );
  const identity = (
    source: string,
    destination: string,
    protocol: string,
    id: string,
    ports: string,
  ): string => [source, destination, protocol, id, ports].join(' ');
  const FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'] as const;
  const number = (text: string | undefined): number | null =>
    text === undefined ? null : Number(text);

  const flagBits = (tcp: ObservedTcp | null): number | null =>
    tcp && FLAGS.reduce((sum, name, at) => sum | (tcp.flags[name] ? 1 << at : 0), 0);

  /** Without an ID only the TTL tells where on its way a packet was seen. */
  const idOf = (id: number, ttl: string | undefined): string => (id === 0 ? `0/${ttl}` : `${id}`);
  const byIdentity = new Map<string, Frame>();
  for (const frame of frames) {
    const v4 = frame.src4 !== undefined;
    const key = identity(
      (v4 ? frame.src4 : frame.src6) ?? '',
      (v4 ? frame.dst4 : frame.dst6) ?? '',
      (v4 ? frame.proto4 : frame.proto6) ?? '',
      v4
        ? String(Number(frame.id))
        : `${frame.seq ?? ''}/${frame.ttl6}/${number(frame.flags)}/${frame.icmp6T ?? ''}`,
      `${frame.tcpS ?? frame.udpS ?? ''}>${frame.tcpD ?? frame.udpD ?? ''}`,
    );
    // What is forwarded is seen again when it leaves.
    if (!byIdentity.has(key)) byIdentity.set(key, frame);
  }
  it('every field is equal', () => {
    let compared = 0;
    for (const { packet, vantage } of plain) {
      const v4 = packet.source.family === 4;
      // As received: later hooks see it after translation and with a lower TTL.
      if (!vantage.label.includes('mangle pre')) continue;
      const frame = byIdentity.get(
        identity(
          formatAddress(packet.source),
          formatAddress(packet.destination),
          String(packet.protocol),
          v4
            ? idOf(packet.ipId ?? 0, String(packet.ttl))
            : `${packet.tcp?.sequence ?? ''}/${packet.ttl}/${flagBits(packet.tcp)}/${packet.icmp?.type ?? ''}`,
          `${packet.sport ?? ''}>${packet.dport ?? ''}`,
        ),
      );
      if (!frame || (v4 && packet.length !== number(frame.length))) continue;
      compared++;
      const { tcp } = packet;
      expect({
        ttl: packet.ttl,
        tos: v4 ? packet.tos : null,
        df: v4 ? packet.dontFragment : null,
        seq: tcp?.sequence ?? null,
        ack: tcp?.flags.ack ? tcp.acknowledgement : null,
        flags: flagBits(tcp),
        window: tcp?.window ?? null,
        mss: tcp?.mss ?? null,
        timestamp: tcp?.timestampValue ?? null,
        type: packet.icmp?.type ?? null,
        code: packet.icmp?.code ?? null,
      }).toEqual({
        ttl: number(v4 ? frame.ttl4 : frame.ttl6),
        tos: v4 ? number(frame.dsfield) : null,
        df: v4 ? /^(?:1|True)$/.test(frame.df ?? '') : null,
        seq: number(frame.seq),
        ack: tcp?.flags.ack ? number(frame.ack) : null,
        flags: number(frame.flags),
        window: number(frame.window),
        mss: number(frame.mss),
        timestamp: number(frame.ts),
        type: number(v4 ? frame.icmpT : frame.icmp6T),
        code: number(v4 ? frame.icmpC : frame.icmp6C),
      });
    }
    expect(compared).toBeGreaterThan(30);
  });
});
