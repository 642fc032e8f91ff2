import { describe, expect, it } from 'vitest';
import type { Observation, ObservedPacket } from '../../../src/evidence/observation.ts';
import { formatAddress } from '../../../src/packet/address.ts';
import { readCorpus } from './corpus.ts';

const ends = ({ source, destination, sport, dport }: ObservedPacket): string =>
  `${formatAddress(source)}:${sport}>${formatAddress(destination)}:${dport}`;
const steps = (path: string): readonly Observation[] => readCorpus(path).observations;

/** What a LOG line and a trace both print of a packet; nft names no fragment and no DF. */
const common = ({ packet }: Observation): string =>
  JSON.stringify([
    ends(packet),
    packet.protocol,
    packet.tos,
    packet.ttl,
    packet.ipId,
    packet.length,
    Object.keys(packet.tcp?.flags ?? {}).sort(),
    packet.tcp?.window ?? null,
    packet.icmp?.type ?? null,
    packet.icmp?.id ?? null,
    packet.icmp?.sequence ?? null,
  ]);

describe('nft monitor trace', () => {
  const trace = steps('recorded/trace/nft-monitor.txt');

  it('shows packets as the LOG rules of the same chain do', () => {
    // The LOG rule stands in chain `passing`, whose packets both print.
    const logged = new Set(
      steps('recorded/log/dmesg.txt')
        .filter(({ vantage }) => vantage.label === 'hl-nft fwd: ')
        .map(common),
    );
    const traced = trace.filter(({ vantage }) => vantage.chain === 'passing');
    const both = new Set(traced.map(common).filter((packet) => logged.has(packet)));
    expect(both.size).toBeGreaterThan(15);
    expect([...both].some((packet) => packet.includes('fd01::1'))).toBe(true);
  });

  it('-nn is the same in numbers', () => {
    const numeric = steps('recorded/trace/nft-monitor-nn.txt');
    expect(numeric.length).toBeGreaterThan(100);
    expect(numeric.map(common)).toEqual(trace.slice(0, numeric.length).map(common));
    expect(numeric.map(({ vantage }) => vantage.verdict)).toEqual(
      trace.slice(0, numeric.length).map(({ vantage }) => vantage.verdict),
    );
  });

  it('names rules and what they decided', () => {
    const dropped = trace.filter(({ vantage }) => vantage.verdict === 'drop');
    expect(dropped.map(({ vantage }) => vantage.ruleText)).toContainEqual(
      expect.stringMatching(/^tcp dport 84 {2}counter packets \d+ bytes \d+ drop$/),
    );
    expect(dropped[0]?.vantage).toMatchObject({ table: 'filter', hook: 'forward' });
    const jump = trace.find(({ vantage }) => vantage.verdict === 'jump jumped');
    expect(jump?.vantage).toMatchObject({ table: 'inet hl', chain: 'passing', hook: null });
    const policies = trace.filter(({ vantage }) => vantage.ruleText?.startsWith('policy '));
    expect(policies.length).toBeGreaterThan(10);
  });

  it('of other versions', () => {
    const other = steps('rebuilt/nft-trace-other-versions.txt');
    expect(other.slice(0, 6).map(({ vantage }) => vantage.verdict)).toEqual([
      null,
      'continue',
      'continue',
      'continue',
      'drop',
      null,
    ]);
    expect(other[0]?.packet).toMatchObject({ protocol: 1, ipId: 32_315, icmp: { id: 10_087 } });
    expect(other[5]?.packet).toMatchObject({
      tos: 0x4a,
      tcp: { flags: { syn: true, ack: true } },
    });
  });
});

describe('a trace through a translation', () => {
  const other = steps('rebuilt/nft-trace-other-versions.txt').slice(6);

  it('shows no headers where they were not printed again', () => {
    expect(other.map(({ vantage, packet }) => [vantage.table, ends(packet)])).toEqual([
      ['nat', '10.39.0.17:49130>10.254.51.153:80'],
      ['nat', '10.39.0.17:49130>10.254.51.153:80'],
      ['nat', '10.39.0.17:49130>10.254.51.153:80'],
      // Not filter OUTPUT, which the translated packet passed.
      ['nat', '10.39.0.17:49130>192.168.67.4:8082'],
      ['nat', '10.39.0.17:49130>192.168.67.4:8082'],
    ]);
  });

  it('tells the mark behind a policy from its verdict', () => {
    expect(other.at(-1)).toMatchObject({
      vantage: { verdict: 'accept', ruleText: 'policy accept' },
      packet: { mark: 0x4000 },
    });
  });
});

describe('xtables-monitor', () => {
  it('shows the packets that nft shows of the same rules', () => {
    const own = steps('recorded/trace/xtables-monitor.txt');
    const nft = steps('recorded/trace/nft-of-xtables.txt');
    const key = ({ vantage, packet }: Observation): string =>
      JSON.stringify([
        vantage.traceId,
        vantage.table,
        vantage.chain,
        vantage.verdict,
        vantage.iif,
        vantage.oif,
        ends(packet),
        packet.ipId,
        packet.ttl,
        packet.tcp?.flags,
      ]);
    const known = new Set(nft.map(key));
    expect(own.length).toBeGreaterThanOrEqual(3);
    expect(own.map(key).filter((step) => !known.has(step))).toEqual([]);
    expect(own.find(({ vantage }) => vantage.verdict === 'drop')?.vantage.ruleText).toBe(
      '-4 -t filter -A FORWARD -p tcp -m tcp --dport 84 -m comment --comment "a rule" -j DROP',
    );
  });

  it('of an earlier version, whose packet comes after its first rule', () => {
    const old = steps('rebuilt/xtables-monitor-old.txt');
    expect(old.map(({ vantage }) => [vantage.table, vantage.verdict])).toEqual([
      ['raw', 'continue'],
      ['raw', 'return'],
      ['raw', 'accept'],
      ['filter', 'return'],
      ['filter', 'drop'],
    ]);
    expect(old[0]?.packet).toMatchObject({ protocol: 1, ipId: 38_349, icmp: { type: 8 } });
  });
});

describe('ulogd', () => {
  const json = steps('recorded/ulogd/ulogd.txt');
  const full = (observation: Observation): string =>
    JSON.stringify(
      [
        observation.vantage.hook,
        observation.vantage.iif,
        observation.vantage.oif,
        observation.time,
        observation.packet,
      ],
      (_key, value) => (typeof value === 'bigint' ? String(value) : value),
    );

  it('prints the same in JSON, GPRINT and OPRINT', () => {
    expect(json.length).toBeGreaterThan(100);
    expect(steps('recorded/ulogd/gprint.txt').map(full)).toEqual(json.map(full));
    const oprint = steps('recorded/ulogd/oprint.txt').map(full);
    expect(oprint.length).toBeGreaterThan(10);
    expect(oprint).toEqual(json.slice(0, oprint.length).map(full));
  });

  it('emulates the kernel log', () => {
    // LOGEMU calls ESP in IPv6 `AH`.
    const told = ({ packet }: Observation): boolean =>
      packet.source.family === 4 || packet.protocol !== 50;
    const lines = steps('recorded/ulogd/syslogemu.txt');
    const emulated = lines.filter((line, at) => told(json[at] ?? line));
    expect(lines).toHaveLength(json.length);
    expect(emulated.map(common)).toEqual(json.filter(told).map(common));
    expect(emulated.map(({ packet }) => packet.tcp?.sequence)).toEqual(
      json.filter(told).map(({ packet }) => packet.tcp?.sequence),
    );
  });
});

describe('drops', () => {
  it.each(['trace_pipe', 'perf-script'])('%s names reason, place and buffer', (name) => {
    const { drops } = readCorpus(`recorded/drop/${name}.txt`);
    expect(drops.length).toBeGreaterThan(50);
    for (const drop of drops) {
      expect(drop.reason).toMatch(/^[A-Z0-9_]+$/);
      expect(drop.location).toMatch(/^[a-z_0-9.]+$/i);
      expect(drop.buffer).not.toBeNull();
    }
    expect(new Set(drops.map(({ reason }) => reason))).toContain('NETFILTER_DROP');
  });

  it('perf trace shows reasons by numbers that only its kernel knows', () => {
    const { drops } = readCorpus('recorded/drop/perf-trace.txt');
    expect(drops.length).toBeGreaterThan(50);
    expect(new Set(drops.map(({ reason }) => reason))).toEqual(new Set([null]));
    expect(new Set(drops.map(({ protocol }) => protocol))).toContain(0x0800);
  });

  it.each<[file: string, drops: readonly object[], observations: number]>([
    [
      'pwru',
      [
        {
          reason: 'NETFILTER_DROP',
          location: 'kfree_skb_reason',
          device: 'eth0',
          netns: '4026532543',
          packet: { dport: 80, tcp: { flags: { syn: true } } },
        },
        { reason: 'NO_SOCKET', packet: { sport: 4001, destination: { family: 6 } } },
        { reason: 'IP_RPFILTER', device: 'eth0', protocol: 0x0800, packet: { dport: 4000 } },
      ],
      3,
    ],
    ['pwru-json', [{ reason: 'IP_RPFILTER', device: 'eth0', buffer: '0xffff8fad947baf00' }], 1],
    [
      'retis',
      [
        {
          reason: 'NETFILTER_DROP',
          device: 'eth0',
          netns: '4026531833',
          packet: { ipId: 17_804, tcp: { sequence: 123_456, window: 64_240 } },
        },
      ],
      1,
    ],
    [
      'retis-json',
      [{ reason: 'NO_SOCKET', device: 'eth0', timeBase: 'epoch', packet: { dport: 80 } }],
      2,
    ],
    [
      'cilium',
      [
        { reason: 'CILIUM/POLICY_DENIED', location: 'bpf_lxc.c:1201', packet: { dport: 53 } },
        { reason: 'CILIUM/POLICY_DENIED', packet: { dport: 80, tcp: { flags: { syn: true } } } },
        { reason: 'CILIUM/STALE_OR_UNROUTABLE_IP', packet: null },
      ],
      1,
    ],
    [
      'cilium-json',
      [
        {
          reason: 'CILIUM/POLICY_DENIED',
          packet: { sport: 38_243, tcp: { flags: { syn: true } } },
        },
        { reason: 'CILIUM/POLICY_DENIED', node: 'n1', timeBase: 'epoch', packet: { dport: 80 } },
      ],
      1,
    ],
    [
      'hubble',
      [
        { reason: 'CILIUM/POLICY_DENIED', packet: null },
        { reason: 'CILIUM/POLICY_DENIED', packet: { sport: 38_243, dport: 80 } },
      ],
      1,
    ],
    [
      'dropwatch',
      [
        { reason: null, location: 'icmpv6_rcv' },
        { reason: null, location: '__netif_receive_skb_core' },
        { reason: 'NO_SOCKET', location: '__udp4_lib_rcv', protocol: 0x0800, timeBase: 'date' },
      ],
      0,
    ],
  ])('of %s', (file, drops, observations) => {
    const part = readCorpus(`rebuilt/${file}.txt`);
    expect(part.drops).toMatchObject(drops);
    expect(part.drops).toHaveLength(drops.length);
    expect(part.observations).toHaveLength(observations);
  });
});

describe('carried lines', () => {
  it('are all the same packet', () => {
    const { observations } = readCorpus('rebuilt/carried-log-lines.txt');
    expect(observations).toHaveLength(16);
    expect(new Set(observations.map(common)).size).toBe(1);
    expect(new Set(observations.map(({ vantage }) => vantage.label))).toEqual(new Set(['hl-in: ']));
    expect(observations.every(({ time }) => time !== null)).toBe(true);
  });
});

describe('clients', () => {
  const results = (path: string): readonly string[] =>
    readCorpus(path).statements.flatMap((statement) =>
      statement.kind === 'client-command'
        ? [
            `${statement.argv[0]?.split('/').at(-1)} ${statement.to.host} ${statement.to.port} ${statement.result}`,
          ]
        : [],
    );

  it('say how each try ended', () => {
    expect(results('recorded/client/clients.txt')).toEqual([
      'curl 10.9.0.1 8080 answered',
      'curl fd09::1 8080 answered',
      'curl 10.2.0.1 81 timeout',
      // curl's exit code 7 alone does not say why.
      'curl 10.2.0.1 82 unknown',
      'curl 10.2.0.1 83 unknown',
      'curl 10.2.0.1 84 timeout',
      'curl 10.2.0.1 85 answered',
      'curl fd02::1 85 answered',
      'curl fd02::1 83 refused',
      'curl fd02::1 84 unknown',
      'curl 10.2.0.1 87 unknown',
      'curl 10.2.0.1 81 timeout',
      'curl 10.7.0.1 81 unknown',
      'wget 10.2.0.1 81 timeout',
      'wget 10.2.0.1 83 refused',
      'wget 10.2.0.1 80 answered',
      'ping 10.2.0.1 null answered',
      'ping fd02::1 null answered',
      'ping 10.2.0.99 null timeout',
      'ping 10.2.0.1 null timeout',
      'nc.openbsd 10.2.0.1 80 answered',
      'nc.openbsd 10.2.0.1 81 timeout',
      'nc.openbsd 10.2.0.1 83 refused',
      'nc.openbsd 10.2.0.1 86 unknown',
      'nc.openbsd fd02::1 80 answered',
      'dig 10.2.0.1 53 refused',
      'dig 10.2.0.1 81 refused',
    ]);
  });

  it('written in Go say it in their errors', () => {
    expect(results('rebuilt/kubectl-errors.txt')).toEqual([
      'dial 10.0.0.10 6443 timeout',
      'kubectl 10.0.0.11 6443 refused',
      'dial 10.96.0.1 443 unreachable',
      'dial fd00::1 443 refused',
    ]);
  });
});
