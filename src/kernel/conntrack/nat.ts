import type { Hook } from '../../linux/hook.ts';
import {
  type Address,
  IPV4_LOOPBACK,
  IPV6_LOOPBACK,
  ipv4,
  sameAddress,
} from '../../packet/address.ts';
import { ipv6Kind, ipv6Scope } from '../../packet/ipv6-type.ts';
import { ports } from '../../packet/packet.ts';
import { deviceNamed } from '../device/find-device.ts';
import type { NetnsState } from '../netns-state.ts';
import { fibLookup } from '../routing/fib-lookup.ts';
import { masqueradeSource } from '../routing/source-address.ts';
import { selectSource6 } from '../routing/source-address6.ts';
import type { Run } from '../run.ts';
import type { Skb } from '../skb.ts';
import type { Connection } from './connection.ts';
import { type Manip, otherManip, rewrite, rewritten, targetTuple } from './manip.ts';
import type { NatRange } from './nat-choice.ts';
import type { NatRequest } from './nat-request.ts';
import { invertTuple, sameTuple } from './packet-tuple.ts';
import { uniqueTuple } from './unique-tuple.ts';

/** A packet at the nat hook. */
export interface NatArgs {
  readonly hook: Hook;
  readonly skb: Skb;
  /** Input device, '' where the hook has none. */
  readonly iif: string;
  /** Output device, '' where the hook has none. */
  readonly oif: string;
  /**
   * Consults the nat chains; called only for a connection whose mapping of this kind is still
   * open.
   */
  readonly lookup: () => NatLookup;
}

/** What the nat chains said. */
export interface NatLookup {
  /** Null: no chain asks for a mapping. */
  readonly request: NatRequest | null;
  /** The packet after the chains, which may have marked it. */
  readonly skb: Skb;
}

export interface NatOutcome {
  readonly skb: Skb;
  /** `new` set a mapping up; `existing` applied it; `undo` restored a reply. */
  readonly how: 'new' | 'existing' | 'undo' | 'none';
  readonly changed: boolean;
  /** Why the packet was dropped, or null. */
  readonly drop: 'NETFILTER_DROP' | null;
}

/**
 * Translates a packet. A connection's mapping is fixed by its first packet; later ones and the
 * replies follow it, each end at its own hook. Linux: nf_nat_inet_fn(), nf_nat_packet().
 */
export function natHook(run: Run, netns: NetnsState, args: NatArgs): NatOutcome {
  const { hook } = args;
  let { skb } = args;
  const untouched: NatOutcome = { skb, how: 'none', changed: false, drop: null };
  if (skb.ct.kind !== 'tracked' || hook === 'forward') return untouched;
  const { connection, direction, state } = skb.ct;
  const manip = manipAt(hook);
  const isReply = direction === 'reply';
  if (state === 'RELATED' && skb.packet.transport.kind === 'icmp') {
    return translateError(untouched, connection, manip, isReply);
  }
  const done = manip === 'src' ? connection.srcNatDone : connection.dstNatDone;
  let asked = false;
  if (state !== 'ESTABLISHED' && !done) {
    const looked = args.lookup();
    skb = looked.skb;
    asked = looked.request !== null;
    if (!setUp(run, netns, args, connection, looked.request)) {
      return { ...untouched, skb, drop: 'NETFILTER_DROP' };
    }
  } else if (leavesByOtherDevice(args, connection, isReply)) {
    connection.dying = true;
    return { ...untouched, drop: 'NETFILTER_DROP' };
  }
  if (!rewritten(connection, manip, isReply)) {
    return { ...untouched, skb, how: asked ? 'new' : 'none' };
  }
  const packet = rewrite(skb.packet, targetTuple(connection, isReply), manip);
  const isNew = state !== 'ESTABLISHED' && !done;
  return {
    skb: { ...skb, packet },
    how: isNew ? 'new' : isReply ? 'undo' : 'existing',
    changed: true,
    drop: null,
  };
}

/** Linux: HOOK2MANIP(). */
function manipAt(hook: Hook): Manip {
  return hook === 'postrouting' || hook === 'input' ? 'src' : 'dst';
}

/** A masqueraded connection does not outlive its device. Linux: nf_nat_oif_changed(). */
function leavesByOtherDevice(args: NatArgs, connection: Connection, isReply: boolean): boolean {
  return (
    args.hook === 'postrouting' &&
    !isReply &&
    connection.masqueradeDevice !== undefined &&
    connection.masqueradeDevice !== args.oif
  );
}

/**
 * Fixes the connection's mapping of one end; without a request the end stays, unless it clashes.
 * False when the packet must be dropped. Linux: nf_nat_setup_info(), nf_nat_alloc_null_binding().
 */
function setUp(
  run: Run,
  netns: NetnsState,
  args: NatArgs,
  connection: Connection,
  request: NatRequest | null,
): boolean {
  if (connection.confirmed) return true;
  const manip = manipAt(args.hook);
  const current = invertTuple(connection.reply);
  const range = request
    ? rangeOf(run, netns, args, request)
    : fixedRange(manip === 'src' ? current.source : current.destination);
  if (range === null) return false;
  const mapped = uniqueTuple(current, { run, netns, connection, range, manip });
  const changed = !sameTuple(mapped, current);
  if (changed) connection.reply = invertTuple(mapped);
  const before = connection.mappedBy ?? { src: false, dst: false };
  connection.mappedBy = changed ? { ...before, [manip]: true } : before;
  if (request?.kind === 'masquerade') connection.masqueradeDevice = args.oif;
  if (manip === 'src') connection.srcNatDone = true;
  else connection.dstNatDone = true;
  return true;
}

function fixedRange(address: Address): NatRange {
  return {
    addresses: { first: address, last: address },
    ports: null,
    random: false,
    persistent: false,
  };
}

/** What a rule asks for; null where the kernel finds no address and drops the packet. */
function rangeOf(run: Run, netns: NetnsState, args: NatArgs, request: NatRequest): NatRange | null {
  const { packet } = args.skb;
  switch (request.kind) {
    case 'dnat':
    case 'snat': {
      const { first, last, ports: range, random, persistent, basePort } = request;
      const addresses = first ? { first, last: last ?? first } : null;
      return {
        addresses,
        ports: range,
        random,
        persistent,
        ...(basePort === undefined ? {} : { basePort }),
      };
    }
    case 'masquerade': {
      // A packet without a source keeps none. Linux: nf_nat_masquerade_ipv4().
      const isNone = packet.source.family === 4 && packet.source.bits === 0;
      const source = isNone ? packet.source : masqueradeAddress(run, netns, args);
      if (!source) return null;
      return { ...fixedRange(source), ports: request.ports, random: request.random };
    }
    case 'redirect': {
      const target = redirectAddress(netns, args);
      if (!target) return null;
      return { ...fixedRange(target), ports: request.ports, random: request.random };
    }
    case 'netmap-dst':
      return fixedRange(netmap(packet.destination, request.first, request.last));
    case 'netmap-src':
      return fixedRange(netmap(packet.source, request.first, request.last));
  }
}

function masqueradeAddress(run: Run, netns: NetnsState, args: NatArgs): Address | null {
  const { packet } = args.skb;
  if (packet.destination.family === 6) {
    return selectSource6(netns, args.oif, packet.destination, run.decider)?.address ?? null;
  }
  const nexthop = nexthopOn(run, netns, args);
  return masqueradeSource(netns, args.oif, nexthop, packet.destination, run.decider);
}

/** The gateway matters only where a device has several addresses to choose from. */
function nexthopOn(run: Run, netns: NetnsState, args: NatArgs): Address | null {
  const { packet, mark } = args.skb;
  const addresses = deviceNamed(netns, args.oif)?.addresses ?? [];
  if (addresses.filter(({ secondary }) => !secondary).length < 2) return null;
  const result = fibLookup(
    netns,
    {
      destination: packet.destination,
      source: packet.source,
      iif: args.iif === '' ? 'lo' : args.iif,
      oif: args.oif,
      mark,
      tos: packet.tos,
      protocol: packet.protocol,
      ...ports(packet),
      uid: 0,
    },
    run.decider,
  );
  return result.kind === 'found' ? result.nexthop.gateway : null;
}

/** Linux: nf_nat_redirect_ipv4(), nf_nat_redirect_ipv6(). */
function redirectAddress(netns: NetnsState, args: NatArgs): Address | null {
  const { destination } = args.skb.packet;
  const v6 = destination.family === 6;
  if (args.hook === 'output') return v6 ? IPV6_LOOPBACK : IPV4_LOOPBACK;
  const addresses = deviceNamed(netns, args.iif)?.addresses ?? [];
  if (!v6) return addresses.find(({ address }) => address.family === 4)?.address ?? null;
  const scope = ipv6Scope(destination);
  const usable = addresses.find(
    ({ address, flags = [] }) =>
      address.family === 6 &&
      ipv6Kind(address) !== 'v4-mapped' &&
      (!flags.includes('tentative') || flags.includes('optimistic')) &&
      ipv6Scope(address) === scope,
  );
  return usable?.address ?? null;
}

/** Keeps the host part of an address. Linux: xt_NETMAP.c. */
function netmap(address: Address, first: Address, last: Address): Address {
  if (address.family === 6 && first.family === 6 && last.family === 6) {
    const host = first.bits ^ last.bits;
    return { family: 6, bits: (address.bits & host) | (first.bits & ~host) };
  }
  if (address.family !== 4 || first.family !== 4 || last.family !== 4) return first;
  const host = first.bits ^ last.bits;
  return ipv4((address.bits & host) | (first.bits & ~host));
}

/**
 * An ICMP error is translated with the packet it quotes, so that its receiver recognises it.
 * Linux: nf_nat_icmp_reply_translation().
 */
function translateError(
  untouched: NatOutcome,
  connection: Connection,
  manip: Manip,
  isReply: boolean,
): NatOutcome {
  const { skb } = untouched;
  const { packet } = skb;
  const { transport } = packet;
  if (transport.kind !== 'icmp' || !transport.quoted) return untouched;
  // A redirect about a translated connection would mislead its receiver.
  const translated = rewritten(connection, 'src', false) || rewritten(connection, 'dst', false);
  if (packet.source.family === 4 && transport.type === 5 && translated)
    return { ...untouched, drop: 'NETFILTER_DROP' };
  if (!rewritten(connection, manip, isReply)) return untouched;
  const other = isReply ? connection.original : connection.reply;
  const quoted = rewrite(transport.quoted, other, otherManip(manip));
  const target = invertTuple(other);
  const outer =
    manip === 'src'
      ? { ...packet, source: target.source }
      : { ...packet, destination: target.destination };
  const changed =
    !sameAddress(outer.source, packet.source) ||
    !sameAddress(outer.destination, packet.destination) ||
    quoted !== transport.quoted;
  return {
    skb: { ...skb, packet: { ...outer, transport: { ...transport, quoted } } },
    how: isReply ? 'undo' : 'existing',
    changed,
    drop: null,
  };
}
