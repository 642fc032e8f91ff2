import { factOf } from '../draft.ts';
import { type Link, readLinks } from '../read/links.ts';
import { type JsonRecord, numberOf, textOf } from '../read/records.ts';
import type { NotRebuilt } from '../rebuild.ts';
import { BRIDGE_OPTIONS, PORT_FLAGS } from '../state/bridge-options.ts';
import { differs } from './differs.ts';
import type { BothStates } from './verify.ts';

/** Devices: settings that decide where a frame or packet goes. */
export function compareLinks(
  { plan, wanted, found }: BothStates,
  isStandIn: (device: string) => boolean,
): readonly NotRebuilt[] {
  const there = new Map((readLinks(found, () => {}) ?? []).map((link) => [link.name, link]));
  return (readLinks(wanted, () => {}) ?? []).flatMap((link): readonly NotRebuilt[] => {
    const about = { source: link.source, device: link.name };
    const other = there.get(link.name);
    if (!other) {
      return [differs(factOf(plan, 'device', `device ${link.name}`, about), link.kind, null)];
    }
    const settings = settingsOf(link, isStandIn(link.name));
    const own = settingsOf(other, isStandIn(link.name));
    const differences = [...settings].flatMap(([name, value]): readonly NotRebuilt[] => {
      const now = own.get(name) ?? null;
      if (value === null || value === now) return [];
      const fact = factOf(plan, 'device-setting', `${link.name} ${name} ${value}`, about);
      return [differs(fact, value, now)];
    });
    if (link.index === other.index) return differences;
    const index = factOf(plan, 'ifindex', `${link.name} index ${link.index}`, about);
    return [...differences, differs(index, String(link.index), String(other.index))];
  });
}

function settingsOf(link: Link, isStandIn: boolean): ReadonlyMap<string, string | null> {
  const settings = new Map<string, string | null>([
    ['mtu', link.mtu === null ? null : String(link.mtu)],
    ['up', String(link.up)],
    ['carrier', link.up ? String(link.carrier) : null],
    ['arp', link.kind === 'loopback' ? null : String(!link.flags.has('NOARP'))],
    ['promisc', String(link.flags.has('PROMISC'))],
  ]);
  if (isStandIn) return settings;
  settings.set('mac', link.mac);
  settings.set('master', link.master);
  settings.set('kind', link.kind === 'ethernet' ? null : link.kind);
  const options = (record: JsonRecord, keys: readonly (readonly [string, string])[]): void => {
    for (const [key, name] of keys) {
      const value = record[key];
      if (value !== undefined) settings.set(name, String(value));
    }
  };
  if (link.kind === 'bridge') options(link.data, BRIDGE_OPTIONS);
  if (link.kind === 'vxlan') {
    const names = ['id', 'local', 'remote', 'group', 'link', 'port', 'learning'] as const;
    options(
      link.data,
      names.map((name) => [name, `vxlan ${name}`]),
    );
  }
  if (link.port) {
    options(link.port, PORT_FLAGS);
    settings.set('state', link.up && link.carrier ? textOf(link.port, 'state') : null);
  }
  return settings;
}

/** Addresses of each device, as a set. */
export function compareAddresses({ plan, wanted, found }: BothStates): readonly NotRebuilt[] {
  const there = new Map((readLinks(found, () => {}) ?? []).map((link) => [link.name, link]));
  return (readLinks(wanted, () => {}) ?? []).flatMap((link): readonly NotRebuilt[] => {
    const other = there.get(link.name);
    if (!other || link.addresses === null || other.addresses === null) return [];
    const own = new Set(other.addresses.map(addressOf));
    const listed = new Set(link.addresses.map(addressOf));
    const fact = (text: string): Parameters<typeof differs>[0] =>
      factOf(plan, 'address', `address ${text.split(' ')[0]} on ${link.name}`, {
        source: link.source,
        device: link.name,
        family: text.includes(':') ? 6 : 4,
      });
    return [
      ...[...listed].filter((a) => !own.has(a)).map((a) => differs(fact(a), a, null)),
      ...[...own].filter((a) => !listed.has(a)).map((a) => differs(fact(a), null, a)),
    ];
  });
}

function addressOf(address: JsonRecord): string {
  const peer = textOf(address, 'address');
  return [
    `${textOf(address, 'local')}/${numberOf(address, 'prefixlen')}`,
    peer === null ? '' : `peer ${peer}`,
    `scope ${textOf(address, 'scope')}`,
    textOf(address, 'family') === 'inet' ? `brd ${textOf(address, 'broadcast') ?? '-'}` : '',
    'noprefixroute' in address ? 'noprefixroute' : '',
  ]
    .filter((word) => word !== '')
    .join(' ');
}
