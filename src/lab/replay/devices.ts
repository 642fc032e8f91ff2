import { type Draft, factOf, type NetnsDraft } from './draft.ts';
import type { Link } from './read/links.ts';
import { flagOf, numberOf, textOf } from './read/records.ts';
import { addressFamily, isCount, isDeviceName, isMac } from './read/safe-words.ts';
import type { Line } from './rebuild.ts';
import { bridgeOptionLines, portLines, portStateLines } from './state/bridge-options.ts';
import { endOf } from './wiring/pair-captured.ts';

/** Kinds whose devices have no link layer: what is sent leaves without asking for a neighbour. */
const LAYER3 = new Set([
  'tun',
  'wireguard',
  'ipip',
  'sit',
  'gre',
  'ip6tnl',
  'ip6gre',
  'vti',
  'vti6',
  'xfrm',
  'ppp',
  'nlmon',
]);

/**
 * Makes the devices that no cable, segment or tunnel made: bridges, VXLAN, and stand-ins for the rest.
 * `kinds` are what this kernel can make beside those.
 */
export function planDevices(draft: Draft, netns: NetnsDraft, kinds: ReadonlySet<string>): void {
  for (const link of netns.links) {
    if (netns.built.has(link.name)) continue;
    netns.built.add(link.name);
    switch (link.kind) {
      case 'bridge':
        create(netns, link, 'bridge');
        break;
      case 'vxlan': {
        const words = vxlanWords(netns, link);
        if (words === null) standIn(draft, netns, link, 'a tunnel without fixed ends');
        else create(netns, link, words);
        break;
      }
      case 'dummy':
      case 'ifb':
        if (kinds.has(link.kind)) create(netns, link, link.kind);
        else standIn(draft, netns, link, `this kernel has no ${link.kind}`);
        break;
      case 'veth':
        standIn(draft, netns, link, null);
        break;
      default:
        standIn(draft, netns, link, link.kind);
    }
  }
}

/** What devices are told before they are up, and then the order to be up. */
export function planSettings(netns: NetnsDraft): void {
  for (const link of netns.links) {
    if (!netns.built.has(link.name)) continue;
    if (link.kind === 'bridge') netns.devices.push(...bridgeOptionLines(netns, link));
  }
  for (const link of netns.links) {
    if (!netns.built.has(link.name)) continue;
    for (const words of flagWords(link)) netns.devices.push(setting(netns, link, words));
    const master = netns.links.find(({ name }) => name === link.master);
    if (master?.kind !== 'bridge' || !netns.built.has(master.name)) continue;
    netns.devices.push(setting(netns, link, `master ${master.name}`));
    if (link.port) netns.devices.push(...portLines(netns, link, link.port));
  }
  for (const link of [...netns.links].sort((a, b) => a.index - b.index)) {
    if (!netns.built.has(link.name)) continue;
    if (link.up) netns.devices.push(setting(netns, link, 'up'));
    else if (link.kind === 'loopback') netns.devices.push(setting(netns, link, 'down'));
  }
  for (const link of netns.links) {
    if (link.port && netns.built.has(link.name)) {
      netns.devices.push(...portStateLines(netns, link, link.port));
    }
  }
}

function flagWords(link: Link): readonly string[] {
  const { flags, kind, mtu } = link;
  const layer3 = LAYER3.has(kind) || flags.has('POINTOPOINT');
  return [
    ...(kind === 'loopback' && mtu !== null && mtu !== 65_536 ? [`mtu ${mtu}`] : []),
    ...(flags.has('NOARP') && kind !== 'loopback' && !(kind === 'tun' && layer3)
      ? ['arp off']
      : []),
    ...(flags.has('PROMISC') ? ['promisc on'] : []),
    ...(flags.has('ALLMULTI') ? ['allmulticast on'] : []),
  ];
}

function setting(netns: NetnsDraft, link: Link, words: string): Line {
  const fact = factOf(netns, 'device-setting', `${link.name} ${words}`, {
    source: link.source,
    device: link.name,
  });
  return { text: `link set dev ${link.name} ${words}`, fact };
}

function create(netns: NetnsDraft, link: Link, type: string): void {
  const fact = factOf(netns, 'device', `device ${link.name}`, {
    source: link.source,
    device: link.name,
  });
  const mac = link.mac !== null && isMac(link.mac) ? ` address ${link.mac}` : '';
  const mtu = isCount(link.mtu) ? ` mtu ${link.mtu}` : '';
  const index = isCount(link.index) ? ` index ${link.index}` : '';
  netns.devices.push({ text: `link add name ${link.name}${index}${mac}${mtu} type ${type}`, fact });
}

/** Words after `type` of a VXLAN device; null for one whose ends are not its own (`external`). */
function vxlanWords(netns: NetnsDraft, { data }: Link): string | null {
  const id = numberOf(data, 'id');
  if (!isCount(id) || flagOf(data, 'external')) return null;
  const words = ['vxlan', 'id', String(id)];
  const device = textOf(data, 'link');
  if (device !== null && isDeviceName(device) && netns.built.has(device)) words.push('dev', device);
  for (const [key, option] of [
    ['local', 'local'],
    ['local6', 'local'],
    ['remote', 'remote'],
    ['remote6', 'remote'],
    ['group', 'group'],
    ['group6', 'group'],
  ] as const) {
    const address = textOf(data, key);
    if (address !== null && addressFamily(address) !== null) words.push(option, address);
  }
  const port = numberOf(data, 'port');
  words.push('dstport', String(isCount(port) ? port : 8472));
  if (data.learning === false) words.push('nolearning');
  const ttl = numberOf(data, 'ttl');
  if (isCount(ttl) && ttl > 0) words.push('ttl', String(ttl));
  for (const flag of ['proxy', 'rsc', 'l2miss', 'l3miss', 'gbp', 'gpe'] as const) {
    if (flagOf(data, flag)) words.push(flag);
  }
  if (data.udp_csum === false) words.push('noudpcsum');
  if (flagOf(data, 'udp_zero_csum6_tx')) words.push('udp6zerocsumtx');
  if (flagOf(data, 'udp_zero_csum6_rx')) words.push('udp6zerocsumrx');
  return words.join(' ');
}

/** A veth end whose other end says nothing: what is sent through it is gone. */
function standIn(draft: Draft, netns: NetnsDraft, link: Link, why: string | null): void {
  const silent = silentNamespace(draft);
  const peer = `p${draft.cables.length}`;
  draft.cables.push({ ends: [endOf(netns, link), { namespace: silent.name, device: peer }] });
  const fact = factOf(silent, 'extra', `other end of ${netns.name} ${link.name}`, { device: peer });
  if (link.carrier || (link.up && link.kind !== 'veth' && link.kind !== 'ethernet')) {
    silent.network.push({ text: `link set dev ${peer} up`, fact });
  }
  draft.standIns.push({
    kind: why === null ? 'silent-peer' : 'device',
    place: netns.place,
    subject: link.name,
    because:
      why === null
        ? 'its other end was not captured: nobody answers there'
        : `a veth end with a silent other end stands in: ${why}`,
    source: link.source,
  });
  if (why === null || link.kind === 'ethernet') return;
  const device = factOf(netns, 'device', `device ${link.name} (${link.kind})`, {
    source: link.source,
    device: link.name,
  });
  draft.refuse(device, { kind: 'no-such-kind', text: why });
}

function silentNamespace(draft: Draft): NetnsDraft {
  return (
    draft.namespaces.find(({ name, place }) => name === SILENT && place.kind === 'outside') ??
    draft.add({ kind: 'outside' }, SILENT)
  );
}

const SILENT = 'silent-ends';
