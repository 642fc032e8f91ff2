import type { Address } from '../packet/address.ts';
import type { Issue } from '../packet/issue.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { Observation } from './observation.ts';

/** Everything that was read from logs, captures and pasted text, joined. */
export interface Evidence {
  readonly files: readonly EvidenceFile[];
  readonly observations: readonly Observation[];
  readonly journeys: readonly Journey[];
  readonly conversations: readonly Conversation[];
  readonly clocks: readonly ClockOffset[];
  /** Facts that text states beside packets. */
  readonly statements: readonly Statement[];
  readonly issues: readonly Issue[];
}

export interface EvidenceFile {
  readonly file: string;
  readonly lines: number;
  readonly recognised: number;
  /** Lines that look like evidence but could not be read, with their numbers. */
  readonly unplaced: readonly SourceRef[];
}

/** One packet across all vantage points, NAT and encapsulation, in path order. */
export interface Journey {
  readonly id: number;
  readonly sightings: readonly Observation[];
  readonly retransmissionOf: number | null;
}

/** All packets of one connection attempt, both ways, as one client sees it. */
export interface Conversation {
  readonly id: number;
  readonly protocol: number;
  readonly client: { readonly address: Address; readonly port: number | null };
  /** The destination the client addressed, before translation, as far as it was seen. */
  readonly service: { readonly address: Address; readonly port: number | null };
  /** The destination after translation, when a sighting shows one. */
  readonly endpoint: { readonly address: Address; readonly port: number | null } | null;
  readonly journeys: readonly Journey[];
  readonly outcome: ConversationOutcome;
}

/** What the packets prove about the attempt. */
export type ConversationOutcome =
  | 'established' // a reply was seen and acknowledged, or data flowed
  | 'answered' // a reply was seen, its arrival at the client was not
  | 'reset'
  | 'icmp-error'
  | 'unanswered' // only the client's packets were seen, retransmitted
  | 'unknown'; // too little was seen

/** Two clocks compared by packets that both saw. Seconds; positive: `b` is behind `a`. */
export interface ClockOffset {
  readonly a: string;
  readonly b: string;
  readonly offset: number;
  readonly error: number;
  /** One-way delay estimated from pairs in both directions, or null. */
  readonly oneWayDelay: number | null;
  readonly pairs: number;
}

/** A fact that evidence text states in words or in quoted commands. */
export type Statement =
  /** A LOG rule that was inserted: ties a prefix to table and chain. */
  | {
      readonly kind: 'log-rule';
      readonly table: string;
      readonly chain: string;
      readonly destination: Address | null;
      readonly prefix: string;
      readonly insert: boolean;
      readonly source: SourceRef;
    }
  /** Tables were flushed by hand. */
  | { readonly kind: 'flush'; readonly table: string; readonly source: SourceRef }
  /** `listening on DEV, link-type ...`. */
  | {
      readonly kind: 'capture-start';
      readonly device: string;
      readonly linkType: string;
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
