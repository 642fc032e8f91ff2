import { describe, expect, it } from 'vitest';
import type { CounterReading } from '../../../src/evidence/counter.ts';
import type { SocketState } from '../../../src/evidence/socket-state.ts';
import type { TrackedConnection, TrackedTuple } from '../../../src/evidence/tracked-connection.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import { readCorpus } from './corpus.ts';

const ends = ({ source, destination, sport, dport }: TrackedTuple): string =>
  `${formatAddress(source)}:${sport}>${formatAddress(destination)}:${dport}`;

/** What every form shows of an entry; the save form has no counters and no mark. */
const shown = (entry: TrackedConnection): object => ({
  protocol: entry.protocol,
  original: ends(entry.original),
  reply: ends(entry.reply),
  state: entry.state,
  unreplied: entry.unreplied,
  assured: entry.assured,
  event: entry.event,
});
const sorted = (entries: readonly TrackedConnection[]): readonly string[] =>
  entries.map((entry) => JSON.stringify(shown(entry))).sort();

describe('conntrack says the same in each of its forms', () => {
  const xml = readCorpus('recorded/conntrack/list-xml.txt').tracked;

  it('of every state, NAT and protocol that was made', () => {
    expect(xml.length).toBeGreaterThan(20);
    expect(new Set(xml.map(({ state }) => state))).toContain('TIME_WAIT');
    expect(new Set(xml.map(({ protocol }) => protocol)).size).toBeGreaterThan(4);
    expect(
      xml.some(
        ({ original, reply }) =>
          ends(reply) !==
          ends({
            ...original,
            source: original.destination,
            destination: original.source,
            sport: original.dport,
            dport: original.sport,
          }),
      ),
    ).toBe(true);
  });

  it.each([
    'default',
    'extended',
    'id',
    'ktimestamp',
    'labels',
    'timestamp',
    'extended-id-ktimestamp-labels',
    'save',
  ])('listed with -o %s', (form) => {
    const { tracked } = readCorpus(`recorded/conntrack/list-${form}.txt`);
    expect(sorted(tracked)).toEqual(sorted(xml));
    const packets = (entries: readonly TrackedConnection[]): readonly (number | null)[] =>
      entries.map(({ original }) => original.packets).sort();
    if (form !== 'save') expect(packets(tracked)).toEqual(packets(xml));
  });

  it('in /proc/net/nf_conntrack', () => {
    const { tracked } = readCorpus('recorded/conntrack/proc-nf_conntrack.txt');
    expect(sorted(tracked)).toEqual(sorted(xml));
    expect(tracked.every(({ zone }) => zone === 0)).toBe(true);
  });

  it('as events, with their times', () => {
    const events = readCorpus('recorded/conntrack/events.txt').tracked;
    const timed = readCorpus('recorded/conntrack/events-timestamp.txt').tracked;
    const inXml = readCorpus('recorded/conntrack/events-xml.txt').tracked;
    expect(new Set(events.map(({ event }) => event))).toEqual(
      new Set(['new', 'update', 'destroy']),
    );
    expect(sorted(timed)).toEqual(sorted(events));
    expect(sorted(inXml)).toEqual(sorted(events));
    const times = timed.map(({ time }) => time ?? 0);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(timed.every(({ timeBase }) => timeBase === 'epoch')).toBe(true);
  });

  it('of other versions', () => {
    const { tracked } = readCorpus('rebuilt/conntrack-other-versions.txt');
    expect(tracked).toMatchObject([
      { state: 'ESTABLISHED', assured: true, timeout: 431_999, original: { packets: 169 } },
      { state: 'SYN_SENT', unreplied: true, mark: 0x4000, zone: 5, reply: { dport: 54_786 } },
      { event: 'destroy', protocol: 17, timeout: null, original: { dport: 53, bytes: 60 } },
      { protocol: 6, state: null, timeout: null },
    ]);
  });
});

const socketKey = ({
  protocol,
  state,
  local,
  remote,
  receiveQueue,
  sendQueue,
}: SocketState): string =>
  `${protocol} ${state} ${formatAddress(local.address)}:${local.port} ${formatAddress(remote.address)}:${remote.port} ${receiveQueue} ${sendQueue}`;

describe('sockets', () => {
  const netstat = readCorpus('recorded/socket/netstat-tunap.txt').sockets.map(socketKey);

  it.each(['tuna', 'tan', 'taneO', 'tinpo', 'tinmoe', 'tiHn', 'tupn', 'uan', 'tin'])(
    'of ss -%s are those that netstat lists',
    (form) => {
      const { sockets } = readCorpus(`recorded/socket/ss-${form}.txt`);
      expect(sockets.length).toBeGreaterThan(1);
      expect(sockets.map(socketKey).filter((key) => !netstat.includes(key))).toEqual([]);
    },
  );

  it('ss -tuna lists all of them', () => {
    const { sockets } = readCorpus('recorded/socket/ss-tuna.txt');
    expect(sockets.map(socketKey).sort()).toEqual(netstat.toSorted());
  });

  it.each(['tin', 'tinpo', 'tinmoe', 'tiHn'])('ss -%s shows what waits for an answer', (form) => {
    const { sockets } = readCorpus(`recorded/socket/ss-${form}.txt`);
    const waiting = sockets.filter(({ state }) => state === 'SYN-SENT');
    expect(waiting).toMatchObject([
      { mss: 524, pmtu: 1500, retransmitting: 1, retransmitted: 1, unacknowledged: 1 },
      { device: 'c0', retransmitting: 1 },
      { local: { address: { family: 6 } }, mss: 1208, retransmitting: 1 },
    ]);
  });

  it('a later listing shows more retransmissions', () => {
    const { sockets } = readCorpus('recorded/socket/ss-later.txt');
    const waiting = sockets.filter(({ state }) => state === 'SYN-SENT');
    expect(waiting.length).toBe(3);
    for (const { retransmitted } of waiting) expect(retransmitted).toBeGreaterThan(1);
  });

  it('of other versions', () => {
    const { sockets } = readCorpus('rebuilt/sockets-other-versions.txt');
    expect(sockets).toMatchObject([
      { state: 'SYN-SENT', remote: { port: 80 }, backoff: 2, retransmitted: 2, pmtu: null },
      { state: 'ESTAB', local: { port: 22 } },
      { state: 'SYN-SENT', remote: { port: 443 }, pmtu: 1400, retransmitted: 1 },
    ]);
  });
});

const values = (readings: readonly CounterReading[]): ReadonlyMap<string, number> =>
  new Map(readings.map(({ device, counter, value }) => [`${device ?? ''} ${counter}`, value]));

/** The counters that both show, as they differ; the tools ran one after the other. */
function differences(a: string, b: string): { readonly common: number; readonly differ: string[] } {
  const [left, right] = [values(readCorpus(a).counters), values(readCorpus(b).counters)];
  const common = [...left.keys()].filter((key) => right.has(key));
  const differ = common.filter((key) => left.get(key) !== right.get(key));
  return { common: common.length, differ };
}

describe('counters', () => {
  const at = (name: string): string => `recorded/counter/${name}.txt`;

  it.each<[a: string, b: string, common: number]>([
    ['nstat-after', 'nstat-after-json', 40],
    ['nstat-after', 'proc-net-netstat-after', 200],
    ['nstat-after', 'proc-net-snmp-after', 60],
    ['nstat-after', 'proc-net-snmp6-after', 60],
    ['nstat-after', 'netstat-s-after', 30],
    ['nstat-after', 'netstat-s6-after', 25],
    ['ip-s-link-after', 'ip-s-link-after-json', 30],
    ['ip-s-s-link-after', 'ip-s-s-link-pretty-after-json', 60],
    ['ip-s-link-after', 'proc-net-dev-after', 30],
    ['ip-s-link-after', 'ifconfig-after', 30],
    ['ip-s-link-after', 'netstat-i-after', 18],
  ])('%s and %s agree', (a, b, common) => {
    const compared = differences(at(a), at(b));
    expect(compared.differ).toEqual([]);
    expect(compared.common).toBeGreaterThanOrEqual(common);
  });

  it('of a driver are those of the device in the name of the file', () => {
    const { counters } = readCorpus(at('ethtool-rc-after'));
    expect(new Set(counters.map(({ device }) => device))).toEqual(new Set(['rc']));
  });

  it('of connection tracking are summed over processors', () => {
    const { counters } = readCorpus('recorded/conntrack/stats.txt');
    const invalid = counters.find(({ counter }) => counter === 'conntrack_invalid');
    expect(invalid?.value).toBeGreaterThan(0);
  });

  it.each(['rebuilt/two-runs.txt', 'rebuilt/before-and-after.txt'])(
    'of %s are told apart by when they were read',
    (path) => {
      const { counters } = readCorpus(path);
      const filter = counters.filter(({ counter }) => counter === 'TcpExtIPReversePathFilter');
      expect(filter).toMatchObject([
        { moment: 'before', value: 10 },
        { moment: 'after', value: 14 },
      ]);
    },
  );

  it('of other versions of ip and ifconfig', () => {
    const read = values(readCorpus('rebuilt/links-other-versions.txt').counters);
    expect(Object.fromEntries(read)).toMatchObject({
      'eth0 rx_bytes': 253_164_502,
      'eth0 rx_dropped': 17,
      'eth0 rx_over_errors': 3,
      'eth0 tx_dropped': 4,
      'eth1 rx_dropped': 2,
      'eth1 rx_frame_errors': 4,
      'eth1 tx_dropped': 6,
      'eth1 tx_carrier_errors': 8,
      'eth1 collisions': 9,
      'eth1 rx_bytes': 12_345,
      'eth1 tx_bytes': 6789,
    });
  });
});
