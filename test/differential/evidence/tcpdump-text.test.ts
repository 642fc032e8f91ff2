import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readCapture } from '../../../src/evidence/capture/read-capture.ts';
import type { Observation, ObservedPacket } from '../../../src/evidence/observation.ts';
import { readEvidenceText } from '../../../src/evidence/text/read-text.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import { programsMissing } from './programs-missing.ts';
import { SAMPLES } from './sample-captures.ts';

const missing = programsMissing(['tcpdump']);
const folder = mkdtempSync(join(tmpdir(), 'hookline-tcpdump-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** tcpdump's own text of a capture, with its times in UTC. */
function printed(path: string, options: readonly string[]): string {
  const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C' };
  const argv = ['-r', path, ...options];
  return execFileSync('tcpdump', argv, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

interface Expectation {
  readonly options: readonly string[];
  /** Seconds of a packet's time as this form prints it; null when it prints none. */
  readonly time: (epoch: number, first: number) => number | null;
  /** Whether the IP header and the link header are printed. */
  readonly header?: boolean;
  readonly link?: boolean;
  /** TCP is printed without its flags and options. */
  readonly brief?: boolean;
}

const day = (epoch: number): number => epoch % 86_400;
const FORMS: readonly Expectation[] = [
  { options: ['-n'], time: day },
  { options: ['-nn', '-S'], time: day },
  { options: ['-n', '-#'], time: day },
  { options: ['-n', '-t'], time: () => null },
  { options: ['-n', '-tt'], time: (epoch) => epoch },
  { options: ['-n', '-ttt'], time: (epoch, first) => epoch - first },
  { options: ['-n', '-tttt'], time: (epoch) => epoch },
  { options: ['-n', '-ttttt'], time: (epoch, first) => epoch - first },
  { options: ['-n', '-v'], time: day, header: true },
  { options: ['-n', '-vv', '-tttt'], time: (epoch) => epoch, header: true },
  { options: ['-n', '-e'], time: day, link: true },
  { options: ['-n', '-e', '-v', '-tt'], time: (epoch) => epoch, header: true, link: true },
  { options: ['-n', '-q'], time: day, brief: true },
  { options: ['-n', '-x'], time: day },
  { options: ['-n', '-A'], time: day },
];

/** Further combinations, of the corpus only. */
const MORE_FORMS: readonly Expectation[] = [
  { options: ['-n', '-X'], time: day },
  { options: ['-n', '-XX', '-v'], time: day, header: true },
  { options: ['-n', '-xx', '-e'], time: day, link: true },
  { options: ['-n', '-A', '-vvv'], time: day, header: true },
  { options: ['-l', '-n', '-K', '--nano', '-tt'], time: (epoch) => epoch },
  { options: ['-n', '-N', '--micro', '-u'], time: day },
  { options: ['-nnvvvS', '-tttt', '-e', '-#'], time: (epoch) => epoch, header: true, link: true },
  { options: ['-n', '-q', '-v'], time: day, header: true, brief: true },
];

/** What is recorded of real devices, and composed of all protocols. */
const CORPUS = [
  'any-sll.pcap',
  'any-sll2.pcap',
  'ethernet.pcap',
  'link-1-ethernet.pcap',
  'link-9-ppp.pcap',
  'nflog.pcap',
  'tun.pcap',
].map((name) => `test/evidence/corpus/captures/${name}`);

/** The fields of a packet that the text has to have, too, as far as the form prints them. */
function shown(packet: ObservedPacket, form: Expectation): object {
  const { tcp, icmp } = packet;
  const header = form.header
    ? {
        tos: packet.tos,
        ttl: packet.ttl,
        ipId: packet.ipId,
        dontFragment: packet.dontFragment,
        length: packet.length,
      }
    : {};
  return {
    ends: `${formatAddress(packet.source)} > ${formatAddress(packet.destination)}`,
    // What a later fragment of IPv6 is of, the text does not say.
    protocol: packet.fragmentOffset && packet.source.family === 6 ? 44 : packet.protocol,
    sport: packet.sport,
    dport: packet.dport,
    ...header,
    ...(tcp && !form.brief
      ? {
          tcp: {
            flags: Object.keys(tcp.flags).sort(),
            // Other numbers are relative to the first one seen.
            sequence: tcp.flags.syn ? tcp.sequence : null,
            window: tcp.window,
            mss: tcp.mss,
            windowScale: tcp.windowScale,
            timestamp: [tcp.timestampValue, tcp.timestampEcho],
            payloadLength: tcp.payloadLength,
          },
        }
      : {}),
    ...(icmp ? { icmp: [icmp.type, icmp.code, icmp.id, icmp.sequence, icmp.mtu] } : {}),
  };
}

function carried(packet: ObservedPacket, form: Expectation): ObservedPacket[] {
  // tcpdump does not look into flannel's udp backend, and with -q into no UDP.
  const kind = packet.encapsulation?.kind;
  const inUdp = kind === 'vxlan' || kind === 'geneve';
  if (!packet.inner || kind === 'flannel-udp' || (form.brief && inUdp)) return [];
  return [packet.inner, ...carried(packet.inner, form)];
}

/** The time of the first frame, whatever it is; of a file as this machine writes it. */
function firstTime(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset);
  const nano = view.getUint32(0, true) === 0xa1b23c4d;
  return view.getUint32(24, true) + view.getUint32(28, true) / (nano ? 1e9 : 1e6);
}

function compare(path: string, file: Uint8Array, form: Expectation): void {
  const expected = readCapture(file, 'case.pcap').value.observations;
  const { value, issues } = readEvidenceText(printed(path, form.options), 'case.txt');
  expect(expected.length).toBeGreaterThan(0);
  expect(issues).toEqual([]);
  const all = (seen: readonly Observation[]): object[][] =>
    seen.map(({ packet }) => [packet, ...carried(packet, form)].map((each) => shown(each, form)));
  expect(all(value.observations)).toEqual(all(expected));
  const first = firstTime(file);
  value.observations.forEach((one, index) => {
    const other = expected[index];
    const time = form.time(other?.time ?? 0, first);
    if (time === null) expect(one.time).toBeNull();
    else expect(one.time ?? -1).toBeCloseTo(time, 3);
    // What a rule logged has no link header, but may hold one as a field, which is not printed.
    if (form.link && other?.link?.sourceMac && other.vantage.kind === 'capture') {
      expect(one.link?.sourceMac).toBe(other.link.sourceMac);
      expect(one.link?.vlan).toBe(other.link.vlan);
    }
  });
}

describe.skipIf(missing !== null)(
  `tcpdump's text and its capture show the same${missing ? ` (${missing})` : ''}`,
  () => {
    const recorded = ['seed-udp-nomasq-rpf0', 'seed-vxlan-nomasq-rpf1'].flatMap((id) =>
      readdirSync(`test/recorded/${id}/evidence`, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('eth0.pcap'))
        .map((name) => `test/recorded/${id}/evidence/${name}`)
        .filter((path) => readFileSync(path).length > 24),
    );

    describe.each(FORMS)('$options', (form) => {
      it.each([...recorded, ...CORPUS])('%s', (path) => {
        compare(path, readFileSync(path), form);
      });

      it.each(SAMPLES)('$what', ({ file }) => {
        const path = join(folder, 'sample.pcap');
        writeFileSync(path, file);
        compare(path, file, form);
      });
    });

    describe.each(MORE_FORMS)('$options', (form) => {
      it.each(CORPUS)('%s', (path) => {
        compare(path, readFileSync(path), form);
      });
    });
  },
);
