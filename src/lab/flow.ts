/** A flow for the laboratory: a real socket in a namespace, with the options of DESIGN's flow options. */
export interface LabFlow {
  readonly id: string;
  /** Name of the client's namespace. */
  readonly from: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly to: string;
  /** 0 for ICMP echo. */
  readonly port: number;
  /** bind(2) address, SO_BINDTODEVICE device, source port, SO_MARK of the client's socket. */
  readonly source?: string;
  readonly device?: string;
  readonly sourcePort?: number;
  readonly mark?: number;
  readonly ttl?: number;
  /** Bytes sent after the handshake, or in the datagram; at least one for UDP. */
  readonly payload?: number;
}

/** A packet put on a wire where a socket cannot make it: martians, INVALID, fragments, odd flags. */
export interface Injection {
  readonly id: string;
  readonly namespace: string;
  /** The frame leaves through this device. */
  readonly device: string;
  /** The whole Ethernet frame, hexadecimal. */
  readonly frame: string;
}

/** What the client's program saw. */
export interface ClientReport {
  readonly outcome: 'connected' | 'refused' | 'timeout' | 'unreachable' | 'not-permitted';
  /** `ECONNREFUSED` and the like; null when no call failed. */
  readonly errno: string | null;
  /** The socket's own address, as getsockname tells after the call. */
  readonly local: { readonly address: string; readonly port: number } | null;
  /** Who answered, from the answer itself; null when nothing was read. */
  readonly answer: Answer | null;
}

/** The line a listener answers with, taken apart. */
export interface Answer {
  readonly namespace: string;
  /** Where the packet arrived, as the listener's accepted socket tells. */
  readonly address: string;
  readonly port: number;
  /** The client as the listener saw it. */
  readonly source: string;
  readonly sourcePort: number;
}
