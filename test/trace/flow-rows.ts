import { formatAddress, parseAddress } from '../../src/packet/address.ts';
import type { Flow } from '../../src/packet/flow.ts';
import { netnsKey } from '../../src/packet/place.ts';
import type { Outcome, PacketTrace } from '../../src/trace/trace.ts';
import type { FlowRow } from './recorded.ts';

function must<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(what);
  return value;
}

/** The flow of a recorded row. */
export function flowOf(row: FlowRow): Flow {
  const to = must(parseAddress(row.address), row.address);
  const base = {
    to,
    port: row.port,
    protocol: 'tcp',
    boundDevice: null,
    sport: null,
    mark: 0,
  } as const;
  const outside = (node: string, device: string, source: string): Flow => ({
    ...base,
    from: { node, netns: null },
    arrivesOn: device,
    boundSource: must(parseAddress(source), source),
  });
  switch (row.client) {
    case 'kp-n1':
      return { ...base, from: { node: 'n1', netns: null }, arrivesOn: null, boundSource: null };
    case 'kp-p1-99':
      return outside('n1', 'cni0', '10.244.1.99');
    case 'kp-p2-99':
      return outside('n2', 'cni0', '10.244.2.99');
    case 'kp-cp':
      return outside(row.kind === 'nodePort-n2' ? 'n2' : 'n1', 'eth0', '192.168.10.10');
    default:
      throw new Error(`unknown client ${row.client}`);
  }
}

/** `192.168.10.11 saw 10.244.1.1`, `timeout`, ...: what the kernel did in up to four tries. */
export function recordedResults(row: FlowRow): readonly string[] {
  return row.result.split('; ').map((result) => {
    // `server@address`; a node's own server is `@node`.
    if (result.includes(' saw ')) return result.replace(/^[^@]*@/, '');
    if (result === 'EMPTY') return 'connected';
    if (result.includes('refused')) return 'refused';
    if (result.includes('timed out')) return 'timeout';
    throw new Error(`unknown result ${result}`);
  });
}

/** Results of the model in the words of the recording, with their probability. */
export function modelledResults(
  outcomes: readonly Outcome[],
  banners: boolean,
): ReadonlyMap<string, number> {
  const results = new Map<string, number>();
  for (const { client, endpoint, sourceAtEndpoint, probability } of outcomes) {
    let result: string = client;
    if (client === 'connected' && banners && endpoint && sourceAtEndpoint) {
      const hostNetwork = endpoint.where.netns === null;
      const server = hostNetwork ? endpoint.where.node : formatAddress(endpoint.address);
      result = `${server} saw ${formatAddress(sourceAtEndpoint)}`;
    }
    results.set(result, (results.get(result) ?? 0) + probability);
  }
  return results;
}

/** What the packets of an outcome came to, for a failing test. */
export function outcomeText({ client, packets }: Outcome): string {
  return `${client}: ${packets.map(packetText).join(', ')}`;
}

function packetText({ kind, disposition, dropReason, at }: PacketTrace): string {
  return [kind, disposition, dropReason ?? '', at ? netnsKey(at) : ''].join(' ');
}
