import { formatAddress } from '../../../packet/address.ts';
import { netnsKey } from '../../../packet/place.ts';
import { protocolName } from '../../../packet/protocol.ts';
import type { IpvsServer, IpvsService } from '../../conntrack/ipvs-service.ts';
import { formatTuple } from '../../conntrack/packet-tuple.ts';
import type { Tuple } from '../../conntrack/tuple.ts';
import type { Kernel } from '../../kernel.ts';

/** Schedulers whose shares follow the weights; the others give each server its turn or look at connections. */
const BY_WEIGHT: ReadonlySet<string> = new Set(['wrr', 'wlc', 'sed', 'nq', 'mh', 'lblcr', 'twos']);

/**
 * The server that a new connection gets: of those with a weight, each one that the scheduler may choose.
 * Which one it is depends on connections and hashes that no listing has. Null: there is none.
 */
export function scheduleServer(
  kernel: Kernel,
  service: IpvsService,
  tuple: Tuple,
): IpvsServer | null {
  const able = service.servers.filter(({ weight }) => weight > 0);
  const servers = service.scheduler === 'fo' ? heaviest(able) : able;
  const [first] = servers;
  if (!first || servers.length === 1) return first ?? null;
  const share = (server: IpvsServer): number =>
    BY_WEIGHT.has(service.scheduler) ? server.weight : 1;
  const all = servers.reduce((sum, server) => sum + share(server), 0);
  const name = serviceName(service);
  const { netns, run } = kernel;
  const answer = run.decider.decide({
    id: `ipvs:${netnsKey(netns.ref)}:${name}:${keptBy(service, tuple)}`,
    kind: 'random',
    topic: 'service',
    where: netns.ref,
    subject: `IPVS ${name} by ${service.scheduler}`,
    options: servers.map((server) => ({
      value: serverName(server),
      probability: share(server) / all,
      cost: 0,
    })),
  });
  return servers.find((server) => serverName(server) === answer.value) ?? first;
}

/** `fo`: the server of the highest weight takes all. */
function heaviest(servers: readonly IpvsServer[]): readonly IpvsServer[] {
  const most = Math.max(...servers.map(({ weight }) => weight));
  return servers.filter(({ weight }) => weight === most).slice(0, 1);
}

/** What the same choice is made for: a client that keeps its server, a hashed address, a connection. */
function keptBy({ persistence, scheduler }: IpvsService, tuple: Tuple): string {
  if (persistence !== null || scheduler === 'sh') return formatAddress(tuple.source);
  return scheduler === 'dh' ? formatAddress(tuple.destination) : formatTuple(tuple);
}

/** A service as ipvsadm names it. */
export function serviceName({ match }: IpvsService): string {
  if (match.kind === 'fwmark') return `fwmark ${match.mark}`;
  return `${protocolName(match.protocol)} ${formatAddress(match.address)}:${match.port}`;
}

function serverName({ address, port }: IpvsServer): string {
  return `${formatAddress(address)}:${port}`;
}
