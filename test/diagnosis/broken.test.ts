import { describe, expect, test } from 'vitest';
import { diagnoseRecorded, recordedFiles } from './run-diagnosis.ts';

/**
 * A cluster that works, broken in one place each: what the diagnosis must say, and how surely.
 * The flow is n1 to the Service prod/one-remote, whose endpoint is on n2.
 */
const WORKING = 'seed-udp-clustercidr-rpf1';

interface Breakage {
  readonly name: string;
  readonly file: string;
  readonly from: RegExp;
  readonly to: string;
  readonly verdict: 'unreachable' | 'undetermined' | 'reachable';
  readonly proven: boolean;
  /** Causes that are left, with what each hangs on. */
  readonly causes: readonly string[];
  readonly findings?: readonly string[];
}

const BREAKAGES: readonly Breakage[] = [
  {
    name: 'nothing broken is nothing found',
    file: 'nodes/n1/iptables-save.txt',
    from: /^# Generated/m,
    to: '# Generated',
    verdict: 'reachable',
    proven: false,
    causes: [],
  },
  {
    name: 'a FORWARD policy on the endpoint node',
    file: 'nodes/n2/iptables-save.txt',
    from: /^:FORWARD ACCEPT/m,
    to: ':FORWARD DROP',
    verdict: 'unreachable',
    proven: true,
    causes: ['filter-drop on n2'],
  },
  {
    name: "a rule against the overlay's datagrams",
    file: 'nodes/n2/iptables-save.txt',
    from: /^(?=(?:\[\d+:\d+\] )?-A INPUT )/m,
    to: '-A INPUT -p udp -m udp --dport 8285 -j DROP\n',
    verdict: 'unreachable',
    proven: true,
    causes: ['filter-drop on n2'],
  },
  {
    name: 'a server that does not listen',
    file: 'nodes/n2/netns/web12/sockets.txt',
    from: /^.*:8080\b.*\n/m,
    to: '',
    verdict: 'unreachable',
    proven: true,
    causes: ['no-listener on n2/web12'],
  },
  {
    name: 'the rules of kube-proxy are gone: what its gateway does is no fact',
    file: 'nodes/n1/iptables-save.txt',
    from: /^(?:\[\d+:\d+\] )?-A OUTPUT -m comment .*-j KUBE-SERVICES\n/m,
    to: '',
    verdict: 'unreachable',
    proven: false,
    causes: ['gateway-drops on n1 if gateway:192.168.10.1:10.96.10.2=drop'],
    findings: ['service-not-translated'],
  },
  {
    name: 'a rule with a match that is not modelled decides',
    file: 'nodes/n2/iptables-save.txt',
    from: /^(?=(?:\[\d+:\d+\] )?-A FORWARD .*KUBE-FORWARD)/m,
    to: '-A FORWARD -m u32 --u32 "0>>22" -j DROP\n',
    verdict: 'undetermined',
    proven: false,
    causes: ['filter-drop on n2 if yes', 'filter-drop on n2 if no, yes'],
  },
];

describe(WORKING, () => {
  test.each(BREAKAGES)('$name', (breakage) => {
    const files = recordedFiles(WORKING);
    const before = files.get(breakage.file) ?? '';
    expect(before).toMatch(breakage.from);
    files.set(breakage.file, before.replace(breakage.from, breakage.to));
    const { verdict, proven, hypotheses, findings } = diagnoseRecorded(
      WORKING,
      { from: 'n1', to: '10.96.10.2', port: 80 },
      { files },
    );
    const causes = hypotheses.map(({ causeId, location: { where }, assumptions }) => {
      const place = where ? `${where.node}${where.netns ? `/${where.netns}` : ''}` : '';
      const hangsOn = assumptions.map(({ questionId, topic, value }) =>
        topic === 'match' ? value : `${questionId}=${value}`,
      );
      return `${causeId} on ${place}${hangsOn.length > 0 ? ` if ${hangsOn.join(', ')}` : ''}`;
    });
    expect({ verdict, proven, causes }).toEqual({
      verdict: breakage.verdict,
      proven: breakage.proven,
      causes: breakage.causes,
    });
    const proofs = findings.filter(({ code }) => code.startsWith('service-'));
    expect(proofs.map(({ code }) => code)).toEqual(breakage.findings ?? []);
  });
});
