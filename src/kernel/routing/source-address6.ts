import { type Address, formatAddress, type Ipv6Address } from '../../packet/address.ts';
import { ipv6Kind, ipv6Scope, sharedBits } from '../../packet/ipv6-type.ts';
import { netnsKey } from '../../packet/place.ts';
import { contains, parsePrefix } from '../../packet/prefix.ts';
import { type Decider, OPEN_QUESTION } from '../decide.ts';
import type { Device, InterfaceAddress } from '../device/device.ts';
import { deviceNamed } from '../device/find-device.ts';
import type { NetnsState } from '../netns-state.ts';
import type { SourceChoice } from '../step.ts';
import { onlyOwnSources, prefersTemporary } from '../sysctl-lookup6.ts';
import { labelOf } from './address-label.ts';

/** An IPv6 source, and the rule that decided it against the others. */
export interface SelectedSource6 {
  readonly address: Address;
  readonly choice: SourceChoice;
}

interface Candidate {
  readonly address: Ipv6Address;
  readonly held: InterfaceAddress;
  readonly device: string;
}

/**
 * The source of a packet to a destination that leaves by a device (null: by none that is known): of all
 * addresses, also of other devices, the one that is best by RFC 6724. Null where there is none.
 * Linux: ipv6_dev_get_saddr().
 */
export function selectSource6(
  netns: NetnsState,
  device: string | null,
  destination: Ipv6Address,
  decider: Decider,
): SelectedSource6 | null {
  const ownOnly =
    device !== null &&
    (ipv6Kind(destination) === 'multicast' ||
      ipv6Scope(destination) <= 2 ||
      onlyOwnSources(netns, device, decider));
  const devices = ownOnly ? [deviceNamed(netns, device)] : inRegistrationOrder(netns);
  let best: Candidate | null = null;
  let choice: SourceChoice = 'first-address';
  for (const { name, addresses } of devices.filter((found) => found !== undefined)) {
    for (const held of addresses) {
      const candidate = asCandidate(name, held);
      if (!candidate) continue;
      if (best === null) {
        best = candidate;
        continue;
      }
      const verdict = decidingRule(netns, best, candidate, { device, destination }, decider);
      if (verdict === null) continue;
      if (verdict.better) best = candidate;
      choice = verdict.rule;
    }
  }
  if (best === null) return null;
  return { address: earliest(netns, best, { device, destination }, decider).address, choice };
}

/**
 * Of equals on several devices the one whose device came into the namespace first, which no listing
 * shows: their numbers tell it unless one was moved here. The loopback device is the first of all.
 */
function earliest(netns: NetnsState, best: Candidate, to: Towards, decider: Decider): Candidate {
  const details = deviceNamed(netns, best.device)?.details.kind;
  if (details === 'loopback' || best.device === to.device) return best;
  const equals = inRegistrationOrder(netns).flatMap((device) => {
    const found = (device?.addresses ?? [])
      .flatMap((held) => asCandidate(device?.name ?? '', held) ?? [])
      .find((other) => decidingRule(netns, best, other, to, decider) === null);
    return found ? [found] : [];
  });
  if (equals.length < 2) return best;
  const answer = decider.decide({
    id: `interface-address:${netnsKey(netns.ref)}:first6:${formatAddress(to.destination)}`,
    kind: 'unknown',
    topic: 'interface-address',
    where: netns.ref,
    subject: 'the first device of several whose addresses suit alike',
    options: equals.map(({ address }, i) => ({
      value: formatAddress(address),
      probability: 1,
      cost: i === 0 ? 0 : 2,
    })),
  });
  return equals.find(({ address }) => formatAddress(address) === answer.value) ?? best;
}

/** The kernel goes by when a device came into the namespace; the numbers of devices tell it. */
function inRegistrationOrder(netns: NetnsState): readonly (Device | undefined)[] {
  return (netns.devices ?? []).toSorted((a, b) => a.ifindex - b.ifindex);
}

/** An address that is still being checked for duplicates is none. */
function asCandidate(device: string, held: InterfaceAddress): Candidate | null {
  const { address, flags = [] } = held;
  if (address.family !== 6) return null;
  if (flags.includes('tentative') && !flags.includes('optimistic')) return null;
  const kind = ipv6Kind(address);
  return kind === 'any' || kind === 'multicast' ? null : { address, held, device };
}

interface Towards {
  readonly device: string | null;
  readonly destination: Ipv6Address;
}

type Rule = Extract<SourceChoice, `rfc6724-${string}`>;

/** The rules in order; the higher number wins. Linux: ipv6_get_saddr_eval(). */
const RULES: readonly (readonly [
  Rule,
  (netns: NetnsState, of: Candidate, to: Towards, decider: Decider) => number,
])[] = [
  ['rfc6724-same', (_, { address }, { destination }) => Number(address.bits === destination.bits)],
  ['rfc6724-scope', (_, { address }, { destination }) => scopeScore(address, destination)],
  ['rfc6724-preferred', (_, of) => Number(isPreferred(of))],
  ['rfc6724-home', (netns, of, _, decider) => Number(has(of, 'home') && heedsHome(netns, decider))],
  ['rfc6724-device', (_, of, { device }) => Number(device === null || device === of.device)],
  ['rfc6724-label', (netns, of, to) => Number(sameLabel(netns, of, to))],
  [
    'rfc6724-temporary',
    (netns, of, _, decider) =>
      Number(has(of, 'temporary') === prefersTemporary(netns, of.device, decider)),
  ],
  [
    'rfc6724-orchid',
    (_, { address }, { destination }) => Number(isOrchid(address) === isOrchid(destination)),
  ],
  [
    'rfc6724-prefix',
    (_, { address, held }, { destination }) =>
      Math.min(sharedBits(address, destination), held.prefixLength),
  ],
  ['rfc6724-preferred', (_, of) => Number(!has(of, 'optimistic'))],
];

/** Which rule tells two candidates apart, and whether the second is better; null: none does. */
function decidingRule(
  netns: NetnsState,
  best: Candidate,
  other: Candidate,
  to: Towards,
  decider: Decider,
): { readonly rule: Rule; readonly better: boolean } | null {
  for (const [rule, score] of RULES) {
    const [a, b] = [score(netns, best, to, decider), score(netns, other, to, decider)];
    if (a !== b) return { rule, better: b > a };
  }
  return null;
}

/** Only kernels with Mobile IPv6 heed home addresses, which nothing in a namespace tells. */
function heedsHome({ ref }: NetnsState, decider: Decider): boolean {
  const answer = decider.decide({
    id: `home-addresses:${netnsKey(ref)}`,
    kind: 'unknown',
    topic: 'interface-address',
    where: ref,
    subject: 'the kernel was built with CONFIG_IPV6_MIP6 and prefers home addresses',
    options: OPEN_QUESTION,
  });
  return answer.value === 'yes';
}

/** The smallest scope that is enough; of those that are not, the largest. */
function scopeScore(address: Ipv6Address, destination: Ipv6Address): number {
  const scope = ipv6Scope(address);
  return scope >= ipv6Scope(destination) ? -scope : scope - 128;
}

function has({ held }: Candidate, flag: NonNullable<InterfaceAddress['flags']>[number]): boolean {
  return held.flags?.includes(flag) ?? false;
}

function isPreferred(of: Candidate): boolean {
  const kind = ipv6Kind(of.address);
  if (kind === 'loopback' || kind === 'v4-mapped' || kind === 'v4-compatible') return true;
  return !has(of, 'deprecated') && !has(of, 'optimistic');
}

function sameLabel(
  { addressLabels }: NetnsState,
  { address, device }: Candidate,
  to: Towards,
): boolean {
  return (
    labelOf(addressLabels, address, device) === labelOf(addressLabels, to.destination, to.device)
  );
}

const ORCHID = parsePrefix('2001:10::/28');

/** Overlay identifiers. Linux: ipv6_addr_orchid(). */
function isOrchid(address: Ipv6Address): boolean {
  return ORCHID !== null && contains(ORCHID, address);
}
