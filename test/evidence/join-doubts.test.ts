import { describe, expect, it } from 'vitest';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import type { Evidence } from '../../src/evidence/evidence.ts';
import { readEvidenceText } from '../../src/evidence/text/read-text.ts';
import type { TrackedConnection, TrackedTuple } from '../../src/evidence/tracked-connection.ts';
import { parseAddress } from '../../src/packet/address.ts';
import { renderEvidence } from '../../src/report/evidence/render-evidence.ts';
import { PLAIN_CANVAS } from '../../src/report/text/style.ts';
import { logLine } from './log-line.ts';

interface Datagram {
  readonly node: string;
  readonly time: string;
  readonly prefix?: string;
  readonly src?: string;
  readonly spt?: number;
  readonly dst?: string;
  readonly dpt?: number;
  readonly id?: number;
}

/** A datagram with identification 0: nothing but its ends and its length tells. */
function datagram(at: Datagram): string {
  const { node, time, prefix = 'raw out: ', src = '10.0.0.1', dst = '10.96.0.10' } = at;
  const { spt = 4000, dpt = 53, id = 0 } = at;
  return `[${time}] ${node} ${prefix}IN= OUT=eth0 SRC=${src} DST=${dst} LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=${id} DF PROTO=UDP SPT=${spt} DPT=${dpt} LEN=40`;
}

function read(
  files: Readonly<Record<string, readonly string[]>>,
  tracked: readonly TrackedConnection[] = [],
): Evidence {
  const parts = Object.entries(files).map(([name, lines]) =>
    readEvidenceText(lines.join('\n'), `evidence/${name}/kernel.log`),
  );
  const [first, ...others] = parts;
  if (!first) throw new Error('at least one file');
  return buildEvidence([{ ...first, value: { ...first.value, tracked } }, ...others]);
}

function packets({ journeys }: Evidence): string[] {
  return journeys.map(({ sightings, mayBe }) => {
    const seen = sightings.map(({ vantage, source }) => `${vantage.node}:${source.line}`).join(' ');
    return mayBe.length === 0 ? seen : `${seen} or ${mayBe.join(' or ')}`;
  });
}

describe('packets that have the same headers', () => {
  const at = (node: string, times: readonly string[]): readonly string[] =>
    times.map((time) => datagram({ node, time }));

  it('are told apart by their order where each was seen everywhere', () => {
    const evidence = read({
      n1: at('n1', ['1.000', '2.000']),
      n2: at('n2', ['501.000', '502.000']),
    });
    expect(packets(evidence)).toEqual(['n1:1 n2:1', 'n1:2 n2:2']);
    expect(evidence.journeys[0]?.joinedBy).toEqual(['headers', 'order']);
  });

  it('stay open where one is missing and the clocks cannot be compared: all it may be are kept', () => {
    const evidence = read({ n1: at('n1', ['1.000', '2.000']), n2: at('n2', ['501.500']) });
    expect(packets(evidence)).toEqual(['n1:1', 'n1:2', 'n2:1 or 0 or 1']);
    const text = renderEvidence(evidence, 'summary', PLAIN_CANVAS);
    expect(text).toContain('packet 2: UDP packet, or it is packet 0 or 1, which shows the same');
  });

  it('are told apart by time when another packet compares the clocks', () => {
    const first = { prefix: 'raw out: ', id: 77, spt: 999 } as const;
    const evidence = read({
      n1: [datagram({ node: 'n1', time: '0.500', ...first }), ...at('n1', ['1.000', '2.000'])],
      n2: [datagram({ node: 'n2', time: '500.501', ...first }), ...at('n2', ['502.001'])],
    });
    expect(packets(evidence)).toEqual(['n1:1 n2:1', 'n1:2', 'n1:3 n2:2']);
  });
});

describe('conntrack entries', () => {
  const tuple = (
    source: string,
    sport: number,
    destination: string,
    dport: number,
  ): TrackedTuple => {
    const [from, to] = [parseAddress(source), parseAddress(destination)];
    if (!from || !to) throw new Error('addresses of a test');
    return { source: from, sport, destination: to, dport, packets: null, bytes: null };
  };
  const entry: TrackedConnection = {
    node: 'n1',
    netns: null,
    time: null,
    timeBase: 'none',
    clock: 'n1@none',
    event: 'listed',
    protocol: 17,
    original: tuple('10.0.0.1', 4000, '10.96.0.10', 53),
    reply: tuple('10.244.2.4', 5353, '192.168.0.1', 61234),
    state: null,
    unreplied: true,
    assured: false,
    mark: null,
    zone: null,
    timeout: 30,
    source: { file: 'conntrack.txt', line: 1 },
  };
  const translated = { src: '192.168.0.1', spt: 61234, dst: '10.244.2.4', dpt: 5353 } as const;
  const files = {
    n1: [datagram({ node: 'n1', time: '1.000' })],
    n2: [datagram({ node: 'n2', time: '501.000', ...translated })],
  };

  it('prove that two tuples are one flow, of which nothing else is the same', () => {
    expect(packets(read(files, [entry]))).toEqual(['n1:1 n2:1']);
  });

  it('are what joins them: without, they are two', () => {
    expect(packets(read(files))).toEqual(['n1:1', 'n2:1']);
  });

  it('prove the form between the two translations as well', () => {
    const between = { dst: '10.244.2.4', dpt: 5353 } as const;
    const lines = { n1: files.n1, n2: [datagram({ node: 'n2', time: '501.000', ...between })] };
    expect(packets(read(lines, [entry]))).toEqual(['n1:1 n2:1']);
  });
});

describe('a tracer', () => {
  const line = (prefix: string): string => logLine({ prefix, id: 0, flags: 'ACK SYN' });
  it('numbers packets: what has one number is one packet, what has two is two', () => {
    const part = readEvidenceText([line('a: '), line('b: '), line('b: ')].join('\n'), 'log');
    const ids = ['x', 'x', 'y'];
    const observations = part.value.observations.map((seen, index) => ({
      ...seen,
      vantage: { ...seen.vantage, traceId: ids[index] ?? null },
    }));
    const { journeys } = buildEvidence([{ ...part, value: { ...part.value, observations } }]);
    expect(journeys.map(({ sightings }) => sightings.map(({ id }) => id))).toEqual([[0, 1], [2]]);
    expect(journeys[0]?.joinedBy).toContain('trace-id');
  });
});
