import type { FlowName } from '../../evidence/annotate/flow-names.ts';
import type { LinePlace, ReadLine, SeenPacket } from '../../evidence/annotate/line-reader.ts';
import type { SavedRule } from '../../evidence/annotate/saved-rule.ts';
import { type ObservedPacket, subject } from '../../evidence/observation.ts';
import type { AddressBook, AddressName } from '../../kube/address-book.ts';
import type { ChainMeaning, RuleNames } from '../../kube/rule-names.ts';
import type { KubeProtocol } from '../../kube/service.ts';
import { type Address, formatAddress } from '../../packet/address.ts';
import { protocolName } from '../../packet/protocol.ts';
import { place } from '../trace/header-fields.ts';

/** What is known beside one line of a stream. */
export type LineNote = PacketNote | RuleNote;

export interface PacketNote {
  readonly kind: 'packet';
  readonly flow: FlowName | null;
  readonly node: string | null;
  readonly hook: string | null;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly table: string | null;
  readonly chain: string | null;
  readonly protocol: string;
  readonly source: EndNote;
  readonly destination: EndNote;
  /** The rule that wrote the line, or that the line is about. */
  readonly rule: RuleText | null;
  /** What its chain, or the chain that it leads to, is for. */
  readonly about: ChainMeaning | null;
  readonly verdict: string | null;
}

export interface EndNote {
  readonly ip: string;
  readonly port: number | null;
  readonly name: AddressName | null;
}

export interface RuleText {
  readonly text: string;
  /** Null when the line itself shows it, or it was pasted before. */
  readonly source: { readonly file: string; readonly line: number } | null;
}

/** A rule or a chain of a saved ruleset. */
export interface RuleNote {
  readonly kind: 'rule' | 'chain';
  readonly chain: string;
  readonly about: ChainMeaning | null;
  readonly ends: readonly EndNote[];
}

/** A rule of a snapshot, found by what a line says of it. */
export interface RuleBook {
  /** The rule with this prefix; null when none has it, or several that differ. */
  logged(seen: SeenPacket, place: LinePlace): (RuleText & { readonly hook: string | null }) | null;
  /** The rule of a TRACE line. */
  numbered(seen: SeenPacket, place: LinePlace): RuleText | null;
  /** The hook of a base chain of nft. */
  hookOf(node: string | null, table: string, chain: string): string | null;
}

export interface NoteContext {
  readonly rules: RuleBook;
  readonly names: RuleNames;
  readonly book: AddressBook;
  readonly flowOf: (packet: ObservedPacket) => FlowName | null;
}

/** What is known beside a line. */
export function noteOf(read: ReadLine, context: NoteContext): LineNote | null {
  switch (read.kind) {
    case 'packet':
      return packetNote(read.seen, read.place, context);
    case 'rule':
      return ruleNote(read.rule, context);
    case 'chain': {
      const about = context.names.meaningOf(read.chain);
      return about && { kind: 'chain', chain: read.chain, about, ends: [] };
    }
  }
}

function packetNote(seen: SeenPacket, at: LinePlace, context: NoteContext): PacketNote {
  const { rules, names, flowOf } = context;
  const { node, verdict, iif, oif } = seen.vantage;
  const { table, chain } = at;
  const packet = subject(seen.packet);
  const logged = rules.logged(seen, at);
  const rule = logged ?? rules.numbered(seen, at);
  const native = chain === null || table === null ? null : rules.hookOf(node, table, chain);
  const called = verdict === null ? null : /^(?:jump|goto) (\S+)/.exec(verdict);
  const around = chain === null ? null : names.meaningOf(chain);
  return {
    kind: 'packet',
    flow: flowOf(packet),
    node,
    hook: at.hook ?? logged?.hook ?? native,
    iif,
    oif,
    table,
    chain,
    protocol: protocolName(packet.protocol),
    source: endNote(packet.source, packet.sport, packet.protocol, context),
    destination: endNote(packet.destination, packet.dport, packet.protocol, context),
    rule: rule && { text: rule.text, source: rule.source && place(rule.source) },
    about: (called && names.meaningOf(called[1] ?? '')) ?? around,
    verdict,
  };
}

function ruleNote(rule: SavedRule, { names, book }: NoteContext): RuleNote | null {
  names.learn(rule);
  const about = names.subjectOf(rule);
  const protocol = kubeProtocol(rule.protocol);
  const end = (address: Address, port: number | null): EndNote => ({
    ip: formatAddress(address),
    port,
    name: book.nameOf(address, protocol, port),
  });
  const ends = [
    ...(rule.source ? [end(rule.source, null)] : []),
    ...(rule.destination ? [end(rule.destination, rule.dport)] : []),
    ...(rule.translatedTo ? [end(rule.translatedTo.address, rule.translatedTo.port)] : []),
  ].filter(({ name }) => name !== null);
  if (about === null && ends.length === 0) return null;
  return { kind: 'rule', chain: rule.chain, about, ends };
}

function endNote(
  address: Address,
  port: number | null,
  protocol: number,
  { book }: NoteContext,
): EndNote {
  const name = book.nameOf(address, kubeProtocol(protocolName(protocol)), port);
  return { ip: formatAddress(address), port, name };
}

function kubeProtocol(name: string | null): KubeProtocol | null {
  return name === 'tcp' || name === 'udp' || name === 'sctp' ? name : null;
}
