/**
 * `hookline/trace/v1`: a trace as other programs read it. Also the view model: `compare` works on
 * it, so that a trace saved to a file compares like a fresh one.
 */

export const TRACE_SCHEMA = 'hookline/trace/v1';

export interface TraceJson {
  readonly schema: typeof TRACE_SCHEMA;
  readonly flow: FlowJson;
  readonly verdict: 'reachable' | 'unreachable' | 'ambiguous' | 'undetermined';
  /** The likeliest first. */
  readonly outcomes: readonly OutcomeJson[];
  readonly unsupported: readonly UnsupportedJson[];
  /** True when there were more branches than the limit. */
  readonly truncated: boolean;
}

/** The flow in the words of the flow options. */
export interface FlowJson {
  readonly from: string;
  readonly to: string;
  readonly proto: 'tcp' | 'udp' | 'icmp' | 'sctp';
  readonly src: string | null;
  readonly iface: string | null;
  readonly in: string | null;
  readonly sport: number | null;
  readonly mark: number;
}

export interface OutcomeJson {
  readonly probability: number;
  readonly assumptions: readonly AssumptionJson[];
  readonly client:
    | 'connected'
    | 'refused'
    | 'timeout'
    | 'unreachable'
    | 'not-permitted'
    | 'unknown';
  readonly errno: string | null;
  readonly endpoint: EndpointJson | null;
  readonly sourceAtEndpoint: string | null;
  readonly packets: readonly PacketJson[];
  /** Full-size data after the handshake; null where none was sent. */
  readonly transfer: TransferJson | null;
}

export interface TransferJson {
  readonly kind: 'delivered' | 'stalled' | 'unknown';
  /** The direction that `kind` is of; null where both arrive. */
  readonly direction: 'original' | 'reply' | null;
  /** Length of the IP packets as they were last sent; 0 where none was. */
  readonly bytes: { readonly original: number; readonly reply: number };
}

/** Whether the client surely got through: it connected, and data does not surely stall. */
export function getsThrough({ client, transfer }: OutcomeJson): boolean {
  return client === 'connected' && transfer?.kind !== 'stalled';
}

export interface EndpointJson {
  readonly node: string;
  readonly netns: string | null;
  readonly ip: string;
  readonly port: number;
}

export interface AssumptionJson {
  readonly id: string;
  readonly topic: string;
  readonly node: string | null;
  readonly netns: string | null;
  readonly subject: string;
  readonly value: string;
  readonly kind: 'unknown' | 'random';
  readonly isDefault: boolean;
}

export interface PacketJson {
  readonly direction: 'original' | 'reply';
  readonly kind: string;
  readonly disposition:
    | 'delivered'
    | 'dropped'
    | 'rejected'
    | 'forwarded-out'
    | 'looped'
    | 'unknown';
  readonly dropReason: string | null;
  readonly node: string | null;
  readonly netns: string | null;
  readonly steps: readonly StepJson[];
}

/**
 * One thing the kernel did, with the headers after it. Netfilter steps have a `hook`, others a
 * `stage`. Each matched rule is a step of its own, before the one that says how its table ended.
 */
export interface StepJson {
  readonly node: string;
  readonly netns: string | null;
  readonly hook: string | null;
  readonly stage: string | null;
  readonly table: string | null;
  readonly chain: string | null;
  readonly rule: string | null;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly saddr: string;
  readonly daddr: string;
  readonly sport: number | null;
  readonly dport: number | null;
  readonly mark: number;
  readonly verdict: string | null;
  /** What the stage found, by name: `device`, `gateway`, `mode`, `mtu`... */
  readonly values: Readonly<Record<string, string | number | boolean | null>>;
  readonly changed: readonly {
    readonly field: string;
    readonly before: string;
    readonly after: string;
  }[];
  readonly source: { readonly file: string; readonly line: number } | null;
}

export interface UnsupportedJson {
  readonly construct: string;
  readonly node: string;
  readonly netns: string | null;
  readonly source: { readonly file: string; readonly line: number } | null;
}
