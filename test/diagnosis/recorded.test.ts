import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/diagnosis/diagnosis.ts';
import { run } from '../cli/run.ts';
import { type Asked, diagnoseRecorded, recordedFiles } from './run-diagnosis.ts';

const SERVICE: Asked = { from: 'n1', to: '10.96.10.2', port: 80 };
const RPF1 = 'seed-udp-nomasq-rpf1';
const RECORDED = join(import.meta.dirname, '..', 'recorded');

function without(name: string, gone: RegExp): ReadonlyMap<string, string> {
  return new Map([...recordedFiles(name)].filter(([path]) => !gone.test(path)));
}

describe('the founding incident rebuilt on real kernels', () => {
  it('has one explanation, which rests on facts alone', () => {
    const { hypotheses, proven, ruledOut } = diagnoseRecorded(RPF1, SERVICE);
    expect(hypotheses).toHaveLength(1);
    expect(hypotheses[0]).toMatchObject({
      causeId: 'rp-filter-strict',
      confidence: 1,
      dropReason: 'IP_RPFILTER',
      location: { where: { node: 'n2', netns: null }, device: 'flannel0' },
      assumptions: [],
    });
    expect(proven).toBe(true);
    expect(ruledOut).toEqual([]);
  });

  it('says of each step with captures whether it was observed, inferred or only modelled', () => {
    const [hypothesis] = diagnoseRecorded(RPF1, SERVICE, { captures: true }).hypotheses;
    const [syn] = hypothesis?.outcome.packets ?? [];
    const [support] = hypothesis?.support ?? [];
    const observed = syn?.steps.flatMap(({ where, action }, index) =>
      support?.[index] === 'observed'
        ? [`${where.node} ${action.kind} ${'device' in action ? action.device : ''}`.trim()]
        : [],
    );
    expect(observed).toEqual([
      'n1 transmit flannel0',
      'n1 transmit eth0',
      'n2 receive eth0',
      'n2 decapsulate flannel0',
      'n2 drop', // by the counter of such drops
    ]);
    expect(new Set(support)).toEqual(new Set(['observed', 'inferred']));
  });

  it('lays the flow that worked beside it, as its captures show it', () => {
    const { comparison } = diagnoseRecorded(RPF1, SERVICE, { captures: true });
    expect(comparison?.right.flow).toMatchObject({ boundDevice: 'flannel0' });
    expect(comparison?.right.outcome.client).toBe('connected');
    expect(comparison?.rows[comparison.firstDivergence ?? -1]?.point).toBe('route output');
  });

  it('finds such a flow by the model where nothing was captured', () => {
    const { comparison } = diagnoseRecorded(RPF1, SERVICE);
    expect(comparison?.right.flow.boundDevice).toBe('flannel0');
  });

  it.each([
    ['n2 alone, which uncovers the drop of the reply on n1', /^nodes\/n2\//, 'eth0', 'unreachable'],
    ['both nodes', /^nodes\/n[12]\//, null, 'reachable'],
  ] as const)('loose validation on %s', (_what, nodes, device, verdict) => {
    const files = new Map(
      [...recordedFiles(RPF1)].map(([path, text]) => [
        path,
        nodes.test(path) && path.endsWith('sysctl.txt')
          ? text.replace(/^(net\.ipv4\.conf\..*\.rp_filter) = 1$/gm, '$1 = 2')
          : text,
      ]),
    );
    const diagnosis = diagnoseRecorded(RPF1, SERVICE, { files });
    expect(diagnosis.verdict).toBe(verdict);
    expect(diagnosis.hypotheses[0]?.location.device ?? null).toBe(device);
  });

  it('has the fixes that the recordings with each of them prove right', () => {
    const fixes = diagnoseRecorded(RPF1, SERVICE).fixes.map(({ fixId }) => fixId);
    for (const [fixId, recording] of [
      ['kube-proxy-cluster-cidr', 'seed-udp-clustercidr-rpf1'],
      ['flannel-ip-masq', 'seed-udp-ipmasq-rpf1'],
    ] as const) {
      expect(fixes).toContain(fixId);
      expect(diagnoseRecorded(recording, SERVICE, { captures: true })).toMatchObject({
        verdict: 'reachable',
        symptom: { value: 'works', from: 'evidence' },
        hypotheses: [],
        fixes: [],
      });
    }
  });
});

interface Missing {
  readonly what: string;
  readonly folder: string;
  readonly gone: RegExp;
  readonly verdict: Diagnosis['verdict'];
  readonly hangsOn: readonly string[];
}

const MISSING: readonly Missing[] = [
  {
    what: 'the sysctls of both nodes',
    folder: RPF1,
    gone: /sysctl\.txt$/,
    verdict: 'undetermined',
    hangsOn: [
      'sysctl n2 net.ipv4.conf.flannel0.rp_filter',
      'sysctl n1 net.ipv4.conf.eth0.rp_filter',
    ],
  },
  {
    what: 'the sysctls of the node that drops, where the other one drops anyway',
    folder: RPF1,
    gone: /^nodes\/n2\/sysctl\.txt$/,
    verdict: 'unreachable',
    hangsOn: ['sysctl n2 net.ipv4.conf.flannel0.rp_filter'],
  },
  {
    what: 'the sysctls of the node that would never drop',
    folder: RPF1,
    gone: /^nodes\/n1\/sysctl\.txt$/,
    verdict: 'unreachable',
    hangsOn: [],
  },
  {
    what: "the routes of the endpoint's node",
    folder: 'seed-udp-clustercidr-rpf1',
    gone: /^nodes\/n2\/ip-route\.json$/,
    verdict: 'undetermined',
    hangsOn: ['route n2 10.244.1.0'],
  },
  {
    what: "the endpoint's sockets",
    folder: 'seed-udp-clustercidr-rpf1',
    gone: /sockets\.txt$/,
    verdict: 'undetermined',
    hangsOn: ['socket n2/web12 tcp 10.244.2.12:8080'],
  },
  {
    what: 'connection tracking, which a new connection does not need',
    folder: 'seed-udp-clustercidr-rpf1',
    gone: /conntrack\.txt$/,
    verdict: 'reachable',
    hangsOn: [],
  },
];

describe('a snapshot without', () => {
  it.each(MISSING)('$what: $verdict, and the fact is named', ({ folder, gone, ...expected }) => {
    const diagnosis = diagnoseRecorded(folder, SERVICE, { files: without(folder, gone) });
    const facts = diagnosis.hypotheses.flatMap(({ assumptions }) =>
      assumptions.map(({ topic, where, subject }) => {
        const place = where?.netns ? `${where.node}/${where.netns}` : where?.node;
        return `${topic} ${place} ${subject}`;
      }),
    );
    expect(diagnosis.verdict).toBe(expected.verdict);
    expect([...new Set(facts)]).toEqual(expected.hangsOn);
  });
});

describe('a flow that works', () => {
  it.each([
    ['seed-udp-clustercidr-rpf1', {}],
    ['seed-udp-ipmasq-rpf1', {}],
    ['seed-udp-nomasq-rpf0', {}],
    ['seed-udp-nomasq-rpf1', { iface: 'flannel0' }],
    ['seed-vxlan-nomasq-rpf1', { iface: 'flannel.1' }],
    ['flows-iptables-1.36.3-vxlan', {}],
    ['flows-nftables-1.36.3-vxlan', {}],
  ])('of %s has nothing invented for it', (folder, bound) => {
    expect(diagnoseRecorded(folder, { ...SERVICE, ...bound })).toMatchObject({
      verdict: 'reachable',
      hypotheses: [],
      fixes: [],
      experiment: null,
    });
  });
});

describe('hookline diagnose', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  it.each([
    ['seed-udp-nomasq-rpf1', 1, /^n1 -> 10\.96\.10\.2:80 tcp: timeout, proven: .* IP_RPFILTER /],
    ['seed-udp-clustercidr-rpf1', 0, /^n1 -> 10\.96\.10\.2:80 tcp: works; connected /],
  ])('%s ends with %i and the answer in its first line', async (folder, exit, first) => {
    const path = join(RECORDED, folder);
    const result = await run(['diagnose', path, '--from', 'n1', '--to', '10.96.10.2:80']);
    expect(result.stderr).toBe('');
    expect(result.exit).toBe(exit);
    expect(result.stdout).toMatch(first);
  });

  it('ends with 2 where a fact is missing, and names it in its first line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hookline-diagnose-'));
    folders.push(folder);
    const source = join(RECORDED, RPF1);
    for (const part of ['nodes', 'kubernetes']) {
      cpSync(join(source, part), join(folder, part), {
        recursive: true,
        filter: (path) => !path.endsWith('sysctl.txt'),
      });
    }
    const result = await run(['diagnose', folder, '--from', 'n1', '--to', '10.96.10.2:80']);
    expect(result.exit).toBe(2);
    expect(result.stdout).toMatch(/^n1 .* undetermined; .*net\.ipv4\.conf\.flannel0\.rp_filter/);
  });

  it.each([
    ['two snapshots', ['seed-udp-nomasq-rpf1', 'seed-udp-nomasq-rpf0'], 64],
    ['no such folder', ['no-such-folder'], 65],
  ])('refuses %s in one line', async (_what, names, exit) => {
    const paths = names.map((name) => join(RECORDED, name));
    const result = await run(['diagnose', ...paths, '--from', 'n1', '--to', '10.96.10.2:80']);
    expect(result.exit).toBe(exit);
    expect(result.stdout).toBe('');
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
