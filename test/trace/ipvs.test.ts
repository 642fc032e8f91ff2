import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/packet/address.ts';
import type { Flow } from '../../src/packet/flow.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { assumeClient } from '../../src/snapshot/assumed-client.ts';
import type { Trace } from '../../src/trace/trace.ts';
import { traceFlow } from '../../src/trace/tracer.ts';
import { flowOf, modelledResults, outcomeText, recordedResults } from './flow-rows.ts';
import { type IpvsOptions, inIpvsMode } from './ipvs-overlay.ts';
import { readFlowRows, readRecorded } from './recorded.ts';

/**
 * IPVS from documentation: the same cluster in both modes of kube-proxy gives clients the same answers
 * from the same endpoints, which see the same sources. What the kernel did is recorded for iptables.
 */
const FOLDER = 'flows-iptables-1.36.3-vxlan';
const recorded = readRecorded(FOLDER);

/** Services of ready endpoints without a policy that IPVS solves in another way. */
const PLAIN = new Set([
  'web',
  'dual',
  'np-web',
  'kube-dns',
  'extip',
  'lb-nonp',
  'hairpin',
  'lb-web',
]);

function networkOf(options: IpvsOptions, without: readonly string[] = []) {
  const files = [...inIpvsMode(recorded, options)].filter(
    ([path]) => !without.some((name) => path.endsWith(name)),
  );
  const { value, issues } = assembleSnapshot(new Map(files));
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  return value.network;
}

const network = networkOf({});

const rows = readFlowRows(recorded).filter(
  ({ protocol, kind, service }) =>
    protocol === 'TCP' && (kind === 'clusterIP' || kind === 'nodePort-n1') && PLAIN.has(service),
);

describe('IPVS', () => {
  test.each(
    rows.map((row) => ({ row, name: `${row.client} ${row.service} ${row.address}:${row.port}` })),
  )('$name is what the client of an iptables node got', ({ row }) => {
    const flow = flowOf(row);
    const { outcomes, verdict } = traceFlow(assumeClient(network, flow), flow);
    const told = outcomes.map(outcomeText).join('\n');
    const expected = recordedResults(row);
    const modelled = modelledResults(outcomes, !expected.includes('connected'));
    expect([...modelled.keys()].sort(), told).toEqual(expect.arrayContaining([...expected].sort()));
    expect(
      [...modelled.keys()].some((result) => result !== 'connected' && !result.includes('saw')),
    ).toBe(false);
    expect(verdict, told).not.toBe('undetermined');
  });

  test('has rows to compare', () => expect(rows.length).toBeGreaterThan(30));
});

function trace(
  to: string,
  port: number,
  options: IpvsOptions = {},
  without: readonly string[] = [],
): Trace {
  return traceFrom(
    { from: { node: 'n1', netns: null }, arrivesOn: null },
    to,
    port,
    options,
    without,
  );
}

function traceFrom(
  client: Pick<Flow, 'from' | 'arrivesOn'> & Partial<Flow>,
  to: string,
  port: number,
  options: IpvsOptions = {},
  without: readonly string[] = [],
): Trace {
  const address = parseAddress(to);
  if (!address) throw new Error(to);
  const flow: Flow = {
    to: address,
    port,
    protocol: 'tcp',
    boundDevice: null,
    boundSource: null,
    sport: null,
    mark: 0,
    ...client,
  };
  return traceFlow(assumeClient(networkOf(options, without), flow), flow);
}

const clients = ({ outcomes }: Trace): readonly string[] => [
  ...new Set(outcomes.map(({ client }) => client)),
];

describe('what IPVS does', () => {
  test('is an assumption that every result names', () => {
    const { outcomes } = trace('10.96.10.1', 80);
    const named = outcomes.map(({ assumptions }) =>
      assumptions.some(({ subject }) => subject.includes('not proved on a kernel here')),
    );
    expect(new Set(named)).toEqual(new Set([true]));
  });

  test('is at the listed service, by its line', () => {
    const { outcomes } = trace('10.96.10.1', 80);
    const steps = outcomes.flatMap(({ packets }) => packets.flatMap((packet) => packet.steps));
    const nat = steps.find(({ action, source }) => action.kind === 'nat' && source !== null);
    expect(nat?.source?.file).toContain('ipvsadm-save.txt');
    expect(nat?.action).toMatchObject({ hook: 'output', manip: 'dst', how: 'new' });
  });

  test('comes with equal shares by rr, and with each server once', () => {
    const { outcomes } = trace('10.96.10.1', 80);
    expect(outcomes.map(({ probability }) => probability.toFixed(2))).toEqual([
      '0.33',
      '0.33',
      '0.33',
    ]);
  });

  test('without a rule that marks, the source is the address of the Service, and no answer comes', () => {
    // Public incident: github.com/kubernetes/kubernetes/pull/63319. The address is local on the endpoint's
    // node as well, which takes the packet for one of its own; kernels before 4.16 delivered it.
    const { outcomes } = trace('10.96.10.2', 80, { masquerade: false });
    expect(outcomes[0]?.client).toBe('timeout');
    const request = outcomes[0]?.packets[0];
    expect(request).toMatchObject({ disposition: 'dropped', at: { node: 'n2', netns: null } });
    expect(request?.steps.at(-1)?.skb.packet.source).toEqual(parseAddress('10.96.10.2'));
  });

  test('with net.ipv4.vs.conntrack off, nothing is masqueraded', () => {
    const { outcomes } = trace('10.96.10.2', 80, { conntrack: 0 });
    expect(outcomes.map(({ client }) => client)).toEqual(['timeout']);
  });

  test('refuses for a service without servers', () => {
    expect(clients(trace('10.96.10.9', 80))).toEqual(['refused']);
  });

  test('leaves ports of a Service alone that are none of its own, and the rules refuse them', () => {
    expect(clients(trace('10.96.10.1', 81))).toEqual(['refused']);
  });

  test('sends nothing from loopback to a server elsewhere', () => {
    expect(clients(trace('127.0.0.1', 30080))).not.toContain('connected');
  });

  test('is not known where nobody listed the services', () => {
    const found = trace('10.96.10.1', 80, {}, ['ipvsadm-save.txt']);
    expect(found.unsupported.map(({ construct }) => construct)).toContain(
      'IPVS services (ipvsadm -Sn was not collected)',
    );
    expect(clients(found)).toEqual(['unknown']);
  });
});
