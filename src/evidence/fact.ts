import type { Address } from '../packet/address.ts';

/** A direction of a conversation: from its client, or to it. */
export type Direction = 'original' | 'reply';

/**
 * What the packets of a conversation show together. Data: numbers of journeys and observations, to
 * be looked up in the evidence; sentences are made in `report`.
 */
export type Fact =
  /** Packets that end at a place others of their kind passed. One for each place and direction. */
  | {
      readonly kind: 'lost-after';
      readonly direction: Direction;
      readonly journeys: readonly number[];
      /** The last sighting of the first of them. */
      readonly last: number;
      /** Where another packet was seen next. */
      readonly next: number;
      /** Whose: of this conversation, of another of its class, or of another client's to the same endpoint. */
      readonly by: 'conversation' | 'class' | 'endpoint';
    }
  /** The handshake stops: no answer was seen, or none was acknowledged. */
  | {
      readonly kind: 'half-open';
      readonly missing: 'syn-ack' | 'ack';
      readonly syns: readonly number[];
      readonly answers: readonly number[];
    }
  /** Packets of one direction only. */
  | { readonly kind: 'one-way'; readonly direction: Direction; readonly packets: number }
  | {
      readonly kind: 'retransmissions';
      readonly direction: Direction;
      /** The copies, without the first one. */
      readonly journeys: readonly number[];
      /** From the first packet to the last copy, on one clock; null when no clock saw both. */
      readonly seconds: number | null;
    }
  /** A reset and where it was made. */
  | {
      readonly kind: 'reset';
      readonly direction: Direction;
      readonly journey: number;
      readonly first: number;
      /**
       * `host`: the OUTPUT hook saw it, that host made it. `end`: its TTL is that of the other
       * packets from there. `between`: its TTL is another one.
       */
      readonly madeBy: 'host' | 'end' | 'between' | 'unknown';
      readonly ttl: number | null;
      readonly otherTtl: number | null;
    }
  | {
      readonly kind: 'icmp-error';
      readonly direction: Direction;
      readonly journey: number;
      readonly type: number;
      readonly code: number;
      readonly mtu: number | null;
      readonly from: Address;
      /** The journey of the packet that it quotes, when that was seen. */
      readonly quotes: number | null;
    }
  /** A receiver had no room. */
  | {
      readonly kind: 'zero-window';
      readonly direction: Direction;
      readonly journeys: readonly number[];
    }
  /** The largest segment that each side said it takes, as the other one was told. */
  | { readonly kind: 'mss'; readonly client: number | null; readonly server: number | null }
  /** The MSS option was rewritten between two sightings. */
  | {
      readonly kind: 'mss-changed';
      readonly journey: number;
      readonly before: number;
      readonly after: number;
      readonly from: number;
      readonly to: number;
    }
  /** Small packets pass where large ones that must not be fragmented do not. */
  | {
      readonly kind: 'large-lost';
      readonly direction: Direction;
      /** IP length of the largest that passed and of the smallest that did not. */
      readonly passed: number;
      readonly lost: number;
      readonly journeys: readonly number[];
      readonly last: number;
      /** The journey of an ICMP error that tells the sender, when one was seen. */
      readonly told: number | null;
    }
  /** One place saw the packet more than once. */
  | {
      readonly kind: 'duplicate';
      readonly journey: number;
      readonly observations: readonly number[];
    }
  /** The same ends were used before, by a connection with another initial sequence number. */
  | { readonly kind: 'ports-reused'; readonly earlier: number }
  /** A large segment at one place is several at another (offload). */
  | {
      readonly kind: 'segmented';
      readonly journey: number;
      readonly pieces: readonly number[];
    }
  /** A tracer saw the kernel free a packet of this flow; null when nothing else saw that packet. */
  | { readonly kind: 'dropped'; readonly journey: number | null; readonly drop: number };
