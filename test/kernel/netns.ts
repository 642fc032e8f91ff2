import type { Decider } from '../../src/kernel/decide.ts';
import type { Device, InterfaceAddress } from '../../src/kernel/device/device.ts';
import type { NetnsState } from '../../src/kernel/netns-state.ts';
import type { Route, RouteScope, RouteType, RoutingRule } from '../../src/kernel/routing/route.ts';
import { tableRule } from '../../src/kernel/routing/table-rule.ts';
import { type Address, parseIpv4 } from '../../src/packet/address.ts';
import { parsePrefix } from '../../src/packet/prefix.ts';

/** A namespace in the words of `ip`. Local routes are written out, as the kernel lists them. */
export interface NetnsText {
  /** By device: `10.0.0.2/24`, `10.0.0.3/24 secondary`, `169.254.1.1/16 link`. */
  readonly addresses?: Readonly<Record<string, readonly string[]>>;
  /** `blackhole 30.0.0.0/16`, `unicast default via 10.0.0.1 dev d0 src 10.0.0.2 mtu 1200`. */
  readonly routes?: readonly string[];
  readonly rules?: readonly RoutingRule[];
  readonly sysctls?: Readonly<Record<string, string>>;
  /** False leaves sysctls that are not given unknown. */
  readonly sysctlsComplete?: boolean;
  readonly mtu?: number;
}

/** Every fact is known: a question is a failure. */
export const NOTHING_UNKNOWN: Decider = {
  decide(question) {
    throw new Error(`asked ${question.id}`);
  },
};

export function address(text: string): Address {
  const parsed = parseIpv4(text);
  if (!parsed) throw new Error(text);
  return parsed;
}

export function netnsOf(text: NetnsText): NetnsState {
  return {
    ref: { node: 'n1', netns: null },
    origin: { kind: 'captured' },
    kernelRelease: '6.18.0',
    devices: Object.entries({ lo: ['127.0.0.1/8 host'], ...text.addresses }).map(
      ([name, addresses], i) => device(name, i + 1, addresses, text.mtu ?? 1500),
    ),
    routing: {
      routes: (text.routes ?? []).map(route),
      rules: [...usualRules(), ...(text.rules ?? [])],
    },
    sysctls: {
      complete: text.sysctlsComplete ?? true,
      values: new Map(
        Object.entries(text.sysctls ?? {}).map(([key, value]) => [key, { value, source: null }]),
      ),
    },
    ruleset: { xtables: [], nft: [], unsupported: [] },
    ipsets: [],
    conntrack: [],
    neighbours: [],
    fdb: [],
    sockets: [],
  };
}

function device(name: string, ifindex: number, addresses: readonly string[], mtu: number): Device {
  return {
    name,
    ifindex,
    mtu: name === 'lo' ? 65536 : mtu,
    up: true,
    carrier: true,
    mac: null,
    noArp: false,
    promiscuous: false,
    master: null,
    bridgePort: null,
    addresses: addresses.map(interfaceAddress),
    details: name === 'lo' ? { kind: 'loopback' } : { kind: 'ethernet' },
    source: null,
  };
}

function interfaceAddress(text: string): InterfaceAddress {
  const [prefix = '', ...flags] = text.split(' ');
  const [host = '', length] = prefix.split('/');
  return {
    address: address(host),
    prefixLength: Number(length),
    peer: null,
    scope: flags.includes('link') ? 'link' : flags.includes('host') ? 'host' : 'global',
    secondary: flags.includes('secondary'),
    broadcast: null,
  };
}

const SCOPES: Readonly<Partial<Record<RouteType, RouteScope>>> = {
  local: 'host',
  broadcast: 'link',
};

function route(text: string): Route {
  const [type = '', to = '', ...rest] = text.split(' ');
  const option = (name: string): string | null => {
    const at = rest.indexOf(name);
    return at < 0 ? null : (rest[at + 1] ?? null);
  };
  const destination = parsePrefix(to === 'default' ? '0.0.0.0/0' : to);
  if (!destination) throw new Error(text);
  const kind = type as RouteType;
  const [via, dev, src] = [option('via'), option('dev'), option('src')];
  const own = kind === 'local' || kind === 'broadcast';
  return {
    type: kind,
    destination,
    table: option('table') ?? (own ? 'local' : 'main'),
    scope: SCOPES[kind] ?? (dev !== null && via === null ? 'link' : 'global'),
    protocol: 'boot',
    prefsrc: src === null ? null : address(src),
    metric: Number(option('metric') ?? 0),
    tos: 0,
    nexthops:
      dev === null
        ? []
        : [
            {
              gateway: via === null ? null : address(via),
              device: dev,
              weight: 1,
              onlink: false,
              dead: false,
              linkDown: false,
            },
          ],
    mtu: option('mtu') === null ? null : Number(option('mtu')),
    advmss: null,
    source: null,
  };
}

/** A rule to a prefix; other selectors stay open. */
export function ruleTo(priority: number, to: string, action: RoutingRule['action']): RoutingRule {
  const destination = to === 'all' ? null : parsePrefix(to);
  return { ...tableRule(priority, 'main'), destination, action };
}

function usualRules(): readonly RoutingRule[] {
  const tables = [
    [0, 'local'],
    [32766, 'main'],
    [32767, 'default'],
  ] as const;
  return tables.map(([priority, table]) => tableRule(priority, table));
}
