import type { Random } from './random.ts';
import type {
  Nic,
  Overlay,
  Site,
  SiteGateway,
  SiteHost,
  SiteNode,
  SitePod,
  SiteSegment,
  SiteService,
} from './site.ts';

/** Draws who is there. */
export function randomSite(random: Random): Site {
  const nodeCount = random.weighted([
    [2, 1],
    [6, 2],
    [2, 3],
  ]);
  const segments = randomSegments(random);
  const nodes = Array.from({ length: nodeCount }, (_, i) => makeNode(i + 1, segments));
  const pods = nodes.flatMap((node) => randomPods(random, node));
  return {
    nodes,
    pods,
    segments,
    hosts: randomHosts(random, segments),
    gateway: random.chance(0.45) ? randomGateway(random, segments) : null,
    services: randomServices(random, pods),
    overlay: nodeCount === 1 ? 'none' : randomOverlay(random),
    // About one cluster in four is dual-stack; more are drawn, for IPv6 is younger here.
    dual: random.chance(0.35),
    macvlan: random.chance(0.2),
    nodeLocal: random.chance(0.15),
  };
}

function randomOverlay(random: Random): Overlay {
  return random.weighted([
    [5, 'vxlan'],
    [3, 'flannel-udp'],
    [4, 'host-gw'],
    [0.5, 'none'],
  ]);
}

function randomSegments(random: Random): readonly SiteSegment[] {
  const nets = random.chance(0.35) ? ['192.168.7', '172.20.0'] : ['192.168.7'];
  return nets.map((net, i) => ({
    name: `u${i}`,
    net,
    antiSpoof: random.chance(0.05),
    mtu: random.chance(0.1) ? 1400 : null,
  }));
}

/** `kind` and `index` make the address and MAC unique. */
function nicsOf(segments: readonly SiteSegment[], kind: number, index: number): SiteNode['nics'] {
  const nics = segments.map(
    ({ name, net }, i): Nic => ({
      device: `eth${i}`,
      segment: name,
      address: `${net}.${kind * 10 + index}`,
      mac: `02:00:00:0${i}:0${kind}:0${index}`,
    }),
  );
  const [first, ...rest] = nics;
  if (!first) throw new Error('a site has a segment');
  return [first, ...rest];
}

function makeNode(index: number, segments: readonly SiteSegment[]): SiteNode {
  return {
    name: `n${index}`,
    index,
    nics: nicsOf(segments, 1, index),
    podNet: `10.244.${index}`,
  };
}

function randomPods(random: Random, node: SiteNode): readonly SitePod[] {
  const count = random.weighted([
    [0.5, 0],
    [5, 1],
    [5, 2],
  ]);
  const hairpin = random.chance(0.7);
  const pods = Array.from({ length: count }, (_, i): SitePod => {
    const name = `p${node.index}${'ab'[i]}`;
    return {
      name,
      node: node.name,
      bridge: 'cni0',
      address: `${node.podNet}.${i + 2}`,
      veth: `veth-${name}`,
      hairpin,
    };
  });
  if (!random.chance(0.15)) return pods;
  const name = `d${node.index}`;
  const container: SitePod = {
    name,
    node: node.name,
    bridge: 'docker0',
    address: '172.17.0.2',
    veth: `veth-${name}`,
    hairpin: random.chance(0.5),
  };
  return [...pods, container];
}

function randomHosts(random: Random, segments: readonly SiteSegment[]): readonly SiteHost[] {
  if (!random.chance(0.55)) return [];
  const on = random.chance(0.7) ? segments.slice(0, 1) : segments;
  return [{ name: 'h1', nics: nicsOf(on, 5, 1) }];
}

function randomGateway(random: Random, segments: readonly SiteSegment[]): SiteGateway {
  const [, ...others] = segments;
  const first = segments.slice(0, 1);
  const nics = nicsOf(others.length > 0 && random.chance(0.5) ? segments : first, 0, 1);
  return {
    name: 'gw',
    nics,
    far: { name: 'far', address: '203.0.113.10' },
    masquerades: random.chance(0.6),
    knowsPods: random.chance(0.35),
  };
}

const SERVICE_IDS = ['WEB', 'DNS', 'API'] as const;

function randomServices(random: Random, pods: readonly SitePod[]): readonly SiteService[] {
  const candidates = pods.filter(({ bridge }) => bridge === 'cni0');
  const count = random.weighted([
    [2, 0],
    [3, 1],
    [4, 2],
    [2, 3],
  ]);
  return SERVICE_IDS.slice(0, count).map((id, i): SiteService => {
    const protocol = random.chance(0.3) ? 'udp' : 'tcp';
    return {
      id,
      clusterIp: `10.96.0.${10 + i}`,
      protocol,
      port: random.pick([80, 443, 53]),
      targetPort: random.chance(0.92) ? random.pick([8080, 53]) : 8081,
      endpoints: random.chance(0.12) ? [] : random.some(candidates, 0.6),
      nodePort: random.chance(0.6) ? 30080 + i : null,
      externalIp: random.chance(0.2) ? `198.51.100.${10 + i}` : null,
      internalLocal: random.chance(0.1),
      externalLocal: random.chance(0.25),
      affinity: random.chance(0.05),
    };
  });
}
