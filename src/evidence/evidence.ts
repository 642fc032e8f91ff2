import type { Address } from '../packet/address.ts';
import type { Issue } from '../packet/issue.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { CounterDelta } from './counter.ts';
import type { DropSighting } from './drop.ts';
import type { Fact } from './fact.ts';
import type { FlowTotals } from './flow-count.ts';
import type { Observation, TimeBase } from './observation.ts';
import type { SocketState } from './socket-state.ts';
import type { TrackedConnection } from './tracked-connection.ts';

/** Everything that was read from logs, captures and pasted text, joined. */
export interface Evidence {
  readonly files: readonly EvidenceFile[];
  /** The logs and captures, with where each was made as far as it is known or inferred. */
  readonly groups: readonly EvidenceGroup[];
  readonly observations: readonly Observation[];
  readonly journeys: readonly Journey[];
  readonly conversations: readonly Conversation[];
  readonly flowClasses: readonly FlowClass[];
  readonly clocks: readonly ClockOffset[];
  /** Facts that text states beside packets. */
  readonly statements: readonly Statement[];
  readonly counters: readonly CounterDelta[];
  readonly drops: readonly DropSighting[];
  /** Conntrack entries, in reading order. */
  readonly tracked: readonly TrackedConnection[];
  readonly sockets: readonly SocketState[];
  readonly issues: readonly Issue[];
}

export interface EvidenceFile {
  readonly file: string;
  readonly format: 'text' | 'pcap' | 'pcapng' | 'nstat';
  /** Lines of text, or frames of a capture. */
  readonly lines: number;
  readonly recognised: number;
  /** Lines that look like evidence but could not be read, with their numbers. */
  readonly unplaced: readonly SourceRef[];
  /** All such lines; `unplaced` keeps only the first of very many. */
  readonly unplacedCount: number;
  /** Packets that were read but not kept, because the limit was reached. */
  readonly dropped: number;
  /** Frames of a capture that hold no IP packet, by what they hold. */
  readonly otherFrames?: readonly { readonly name: string; readonly frames: number }[];
  /** All packets of a capture of which not all were kept, by flow. */
  readonly flows?: FlowTotals;
}

/** One log or one capture. */
export interface EvidenceGroup {
  readonly id: string;
  readonly kind: 'log' | 'capture';
  readonly file: string;
  readonly node: string | null;
  readonly netns: string | null;
  readonly device: string | null;
  /** The heading above it, or its file. */
  readonly label: string;
  readonly clock: string;
  readonly timeBase: TimeBase;
  /** Nearer to the client or to the server than the other captures of its packets. */
  readonly side: Side | null;
  /** Each sign of the side; they may disagree, then `side` follows the packets. */
  readonly signs: readonly SideSign[];
  /** How `node` is known when no path or line states it. */
  readonly nodeFrom: 'path' | 'line' | 'local-output' | null;
}

export type Side = 'client' | 'server';

/**
 * Why a group is thought to be on a side. `handshake-gap`: SYN and SYN-ACK lie further apart at
 * the client. `clock-offset`: its clock is that of a group whose side is known. `ttl`: the
 * packet had passed no router. `local-output`: the log of a sending host. `label`: a heading.
 */
export interface SideSign {
  readonly by: 'handshake-gap' | 'clock-offset' | 'ttl' | 'local-output' | 'label';
  readonly says: Side;
  readonly source: SourceRef;
}

/** One packet across all vantage points, NAT and encapsulation, in path order. */
export interface Journey {
  readonly id: number;
  readonly sightings: readonly Observation[];
  readonly retransmissionOf: number | null;
  /** The header fields by which the sightings are known to be one packet. */
  readonly joinedBy: readonly JoinKey[];
  /**
   * Ids of the journeys that one of the sightings may be of as well: their headers are the same, and
   * neither order nor time tells them apart.
   */
  readonly mayBe: readonly number[];
}

/**
 * `headers`: all printed headers are equal, for packets that show no better key. `order`: others
 * have the same headers, and the order and times at each place tell them apart.
 */
export type JoinKey =
  | 'ip-id'
  | 'tcp-sequence'
  | 'tcp-timestamp'
  | 'icmp-id'
  | 'payload'
  | 'quoted-packet'
  | 'trace-id'
  | 'headers'
  | 'order';

/** All packets of one connection attempt, both ways, as one client sees it. */
export interface Conversation {
  readonly id: number;
  readonly protocol: number;
  readonly client: Endpoint;
  /** The destination the client addressed, before translation, as far as it was seen. */
  readonly service: Endpoint;
  /** The destination after translation, when a sighting shows one. */
  readonly endpoint: Endpoint | null;
  /** The client's address after source translation, when a sighting shows one. */
  readonly translatedClient: Endpoint | null;
  readonly journeys: readonly Journey[];
  /** The ids of the journeys that go from the server to the client. */
  readonly replies: readonly number[];
  readonly outcome: ConversationOutcome;
  /** Id of its flow class. */
  readonly flowClass: number;
  /** What its packets show together. */
  readonly facts: readonly Fact[];
}

export interface Endpoint {
  readonly address: Address;
  readonly port: number | null;
}

/** What the packets prove about the attempt. */
export type ConversationOutcome =
  | 'established' // a reply was seen and acknowledged, or data flowed
  | 'answered' // a reply was seen, its arrival at the client was not
  | 'reset'
  | 'icmp-error'
  | 'unanswered' // only the client's packets were seen, retransmitted
  | 'unknown'; // too little was seen

/**
 * Connections of the same kind: one client address, one protocol, one destination. A destination
 * counts as the same when a sighting shows that the one is translated to the other.
 */
export interface FlowClass {
  readonly id: number;
  readonly protocol: number;
  readonly client: Address;
  /** The destination before translation; equal to `endpoint` when none was seen. */
  readonly service: Endpoint;
  readonly endpoint: Endpoint | null;
  readonly conversations: readonly number[];
}

/** Two clocks compared by packets that both saw. Seconds; positive: `b` is behind `a`. */
export interface ClockOffset {
  readonly a: string;
  readonly b: string;
  readonly offset: number;
  /** Half the width of the interval that the pairs leave; for one-way pairs their spread. */
  readonly error: number;
  /**
   * How much `offset` grows in a second, with its error; null when the packets lie too close
   * together to tell. `offset` holds at the time `at` of clock `a`.
   */
  readonly drift: number | null;
  readonly driftError: number | null;
  readonly at: number;
  /** One-way delay estimated from pairs in both directions, or null. */
  readonly oneWayDelay: number | null;
  readonly pairs: number;
  /** With pairs in one direction only, the offset is a bound: the delay is unknown. */
  readonly bound: 'both' | 'at-least' | 'at-most';
}

/** A fact that evidence text states in words or in quoted commands. */
export type Statement =
  /** A LOG rule that was inserted: ties a prefix to table and chain. */
  | {
      readonly kind: 'log-rule';
      readonly table: string;
      readonly chain: string;
      readonly destination: Address | null;
      /** Whether more than a whole destination address has to match. */
      readonly narrowed: boolean;
      readonly prefix: string;
      readonly insert: boolean;
      readonly source: SourceRef;
    }
  /** Tables were flushed by hand. */
  | { readonly kind: 'flush'; readonly table: string; readonly source: SourceRef }
  /** A daemon was restarted, which may have written its rules again. */
  | { readonly kind: 'restart'; readonly unit: string; readonly source: SourceRef }
  /** `listening on DEV, link-type ...`. */
  | {
      readonly kind: 'capture-start';
      readonly device: string;
      readonly linkType: string;
      readonly source: SourceRef;
    }
  /** `N packets dropped by kernel`: what is absent may have been lost. */
  | { readonly kind: 'capture-loss'; readonly dropped: number; readonly source: SourceRef }
  /** What somebody wrote into a capture file, at a frame or (line 0) of the whole. */
  | { readonly kind: 'comment'; readonly text: string; readonly source: SourceRef }
  /** The names that a capture file gives an address. */
  | {
      readonly kind: 'host-name';
      readonly address: Address;
      readonly names: readonly string[];
      readonly source: SourceRef;
    }
  /** An address with its device, prefix or role, as a sentence or heading gives it. */
  | {
      readonly kind: 'address';
      readonly device: string | null;
      readonly address: Address;
      readonly prefixLength: number | null;
      readonly port: number | null;
      readonly role: 'service' | 'endpoint' | 'device' | 'unknown';
      /** `confirmed`: packets show the same; `stated`: only the text says so. */
      readonly confidence: 'stated' | 'confirmed';
      readonly source: SourceRef;
    }
  /** A client command that was run, e.g. curl, with its bound interface and result if shown. */
  | {
      readonly kind: 'client-command';
      readonly argv: readonly string[];
      readonly to: { readonly host: string; readonly port: number | null };
      readonly boundTo: string | null;
      readonly result:
        | 'answered'
        | 'interrupted'
        | 'timeout'
        | 'refused'
        | 'unreachable'
        | 'unknown';
      readonly source: SourceRef;
    };
