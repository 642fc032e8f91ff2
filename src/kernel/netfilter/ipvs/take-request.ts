import { isLoopback } from '../../../packet/address.ts';
import type { IpvsServer, IpvsService } from '../../conntrack/ipvs-service.ts';
import { invertTuple } from '../../conntrack/packet-tuple.ts';
import type { Tuple } from '../../conntrack/tuple.ts';
import { type Kernel, record } from '../../kernel.ts';
import type { OutputRoute } from '../../routing/lookup.ts';
import { routeOutput } from '../../routing/output-route.ts';
import type { Skb } from '../../skb.ts';
import { ipvsConntrack } from '../../sysctl-lookup.ts';
import type { HookOutcome, HookPass } from '../run-hook.ts';
import { type IpvsConnection, ipvsConnections } from './ipvs-connection.ts';
import { scheduleServer, serviceName } from './schedule.ts';
import { withDestination } from './translate.ts';

type FoundRoute = Extract<OutputRoute, { readonly kind: 'route' }>;

/** A packet for a service. */
export interface ServiceRequest {
  readonly tuple: Tuple;
  readonly service: IpvsService;
  /** The connection that it belongs to, if there is one. */
  readonly known: IpvsConnection | null;
}

/** Schedules a request and sends it to its server. Linux: ip_vs_in(), ip_vs_nat_xmit(). */
export function takeRequest(
  kernel: Kernel,
  skb: Skb,
  pass: HookPass,
  request: ServiceRequest,
): HookOutcome {
  const { service } = request;
  if (!request.known && !mayOpen(skb)) return { kind: 'accept', skb };
  const connection = request.known ?? open(kernel, request);
  if (!connection) {
    // Linux: ip_vs_leave().
    const at = `${pass.hook} IPVS: no server of ${serviceName(service)}`;
    return { kind: 'reject', skb, with: 'icmp-port-unreachable', at };
  }
  const { server } = connection;
  if (server.method !== 'masquerade') return sendAsItIs(kernel, skb, pass, server);
  const route = routeTo(kernel, server);
  if (route === null) return unreachable(skb, pass);
  const local = route.type === 'local';
  if (!local && isLoopback(skb.packet.source)) {
    // Linux: crosses_local_route_boundary().
    const at = `${pass.hook} IPVS: from loopback to a server elsewhere`;
    return { kind: 'drop', skb, reason: 'NOT_SPECIFIED', at };
  }
  const sent = translate(kernel, skb, pass, request, connection);
  return local ? { kind: 'accept', skb: sent } : sendOn(kernel, sent, pass, route);
}

/** Only a SYN opens a connection of TCP. Linux: tcp_conn_schedule(). */
function mayOpen({ packet: { transport } }: Skb): boolean {
  return transport.kind !== 'tcp' || (transport.flags.syn === true && !transport.flags.ack);
}

function open(kernel: Kernel, { tuple, service }: ServiceRequest): IpvsConnection | null {
  const server = scheduleServer(kernel, service, tuple);
  if (!server) return null;
  const dport = server.port === 0 ? tuple.dport : server.port;
  const connection: IpvsConnection = {
    request: tuple,
    answer: invertTuple({ ...tuple, destination: server.address, dport }),
    service,
    server,
    tracked: ipvsConntrack(kernel.netns, kernel.run.decider),
  };
  if (!service.onePacket) ipvsConnections(kernel.run, kernel.netns).push(connection);
  return connection;
}

/** Looked up by the destination alone. Linux: do_output_route4(). */
function routeTo(kernel: Kernel, { address }: IpvsServer): FoundRoute | null {
  const key = { destination: address, source: null, oif: null, mark: 0, tos: 0, protocol: 0 };
  const rest = { sport: 0, dport: 0, uid: 0, anySource: false };
  const found = routeOutput(kernel.netns, { ...key, ...rest }, kernel.run.decider);
  return found.kind === 'route' ? found : null;
}

function unreachable(skb: Skb, pass: HookPass): HookOutcome {
  const at = `${pass.hook} IPVS: no route to the server`;
  return { kind: 'reject', skb, with: 'icmp-host-unreachable', at };
}

/** Linux: ip_vs_nat_xmit(), ip_vs_update_conntrack(), ip_vs_notrack(). */
function translate(
  kernel: Kernel,
  before: Skb,
  pass: HookPass,
  { known }: ServiceRequest,
  { answer, server, tracked }: IpvsConnection,
): Skb {
  const packet = withDestination(before.packet, answer.source, answer.sport);
  const skb: Skb = { ...before, packet, ipvs: true };
  record(
    kernel,
    skb,
    { kind: 'nat', hook: pass.hook, manip: 'dst', how: known ? 'existing' : 'new' },
    { iif: pass.iif, oif: pass.oif, before, source: server.source },
  );
  if (!tracked) return { ...skb, ct: { kind: 'untracked' } };
  if (skb.ct.kind === 'tracked' && skb.ct.direction === 'original') {
    const { connection } = skb.ct;
    if (!connection.confirmed) {
      connection.reply = { ...connection.reply, source: answer.source, sport: answer.sport };
      connection.byIpvs = true;
    }
  }
  return skb;
}

/** Direct routing and tunnels leave the addresses; what the server makes of them is not modelled. */
function sendAsItIs(kernel: Kernel, skb: Skb, pass: HookPass, server: IpvsServer): HookOutcome {
  kernel.run.unsupported({
    construct: `IPVS by ${server.method === 'tunnel' ? 'tunnel' : 'direct routing'}`,
    where: kernel.netns.ref,
    source: server.source,
  });
  return { kind: 'stolen', skb, at: `${pass.hook} IPVS` };
}

/** Past the rest of the hook, and through OUTPUT like a packet of this node. */
function sendOn(kernel: Kernel, skb: Skb, pass: HookPass, route: FoundRoute): HookOutcome {
  const { packet } = skb;
  if (packet.ttl <= 1) {
    return { kind: 'drop', skb, reason: 'NOT_SPECIFIED', at: `${pass.hook} IPVS: ttl expired` };
  }
  const sent = { ...skb, packet: { ...packet, ttl: packet.ttl - 1 } };
  record(
    kernel,
    sent,
    {
      kind: 'route',
      purpose: 'output',
      result: route.type,
      table: route.table,
      gateway: route.gateway,
      device: route.device,
      text: `dev ${route.device}`,
    },
    { iif: pass.iif, oif: route.device, before: skb, source: route.route?.source ?? null },
  );
  return { kind: 'sent-on', skb: sent, route };
}
