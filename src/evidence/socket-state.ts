import type { SourceRef } from '../packet/source-ref.ts';
import type { Endpoint } from './evidence.ts';

/** A socket as `ss -ti` showed it. */
export interface SocketState {
  readonly node: string | null;
  readonly netns: string | null;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'dccp' | 'mptcp';
  /** As ss prints it: `ESTAB`, `SYN-SENT`. */
  readonly state: string;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly device: string | null;
  /** Bytes received and not read, bytes sent and not acknowledged. */
  readonly receiveQueue: number;
  readonly sendQueue: number;
  /** Bytes. */
  readonly mss: number | null;
  readonly pmtu: number | null;
  /** Retransmissions that wait for an answer now, and of the connection's whole life. */
  readonly retransmitting: number | null;
  readonly retransmitted: number | null;
  /** Retransmission timeouts in a row (`backoff:`). */
  readonly backoff: number | null;
  /** Segments sent and not acknowledged. */
  readonly unacknowledged: number | null;
  readonly source: SourceRef;
}
