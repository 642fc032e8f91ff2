import { parseAddress } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import { usageFailure } from './failure.ts';

/** A flow as the options or a line of a batch file give it: words, nothing looked up yet. */
export interface FlowText {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly proto?: string | undefined;
  readonly src?: string | undefined;
  readonly iface?: string | undefined;
  readonly in?: string | undefined;
  readonly sport?: string | undefined;
  readonly mark?: string | undefined;
}

/** A flow whose words fit together; names are still to be found in a snapshot. */
export interface FlowRequest {
  readonly from: string | null;
  readonly to: string | null;
  /** Null: not said; the Service's port may tell, else it is TCP. */
  readonly protocol: Flow['protocol'] | null;
  readonly src: string | null;
  readonly iface: string | null;
  readonly in: string | null;
  readonly sport: number | null;
  readonly mark: number;
}

const PROTOCOLS: readonly Flow['protocol'][] = ['tcp', 'udp', 'icmp', 'sctp'];

/** Checks the words of a flow against each other. */
export function readFlowText(text: FlowText): FlowRequest {
  const request: FlowRequest = {
    from: word('--from', text.from),
    to: word('--to', text.to),
    protocol: text.proto === undefined ? null : protocolOf(text.proto),
    src: word('--src', text.src),
    iface: word('--iface', text.iface),
    in: word('--in', text.in),
    sport: text.sport === undefined ? null : number('--sport', text.sport, 1, 65535),
    mark: text.mark === undefined ? 0 : number('--mark', text.mark, 0, 0xffffffff),
  };
  checkContradictions(request);
  return request;
}

function protocolOf(text: string): Flow['protocol'] {
  const protocol = PROTOCOLS.find((name) => name === text.toLowerCase());
  if (!protocol) throw usageFailure(`--proto ${text}: not one of ${PROTOCOLS.join(', ')}`);
  return protocol;
}

function word(option: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  if (value.trim() === '') throw usageFailure(`${option} is empty`);
  return value.trim();
}

/** A decimal or `0x` number in a range. */
function number(option: string, value: string, least: number, most: number): number {
  const digits = /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(value);
  const result = digits ? Number(value) : Number.NaN;
  if (!(result >= least && result <= most)) {
    throw usageFailure(`${option} ${value}: not a number from ${least} to ${most}`);
  }
  return result;
}

function checkContradictions(request: FlowRequest): void {
  const { protocol } = request;
  if (request.in !== null && request.iface !== null) {
    throw usageFailure(
      '--in and --iface contradict each other: a packet either arrives from outside or is sent by a socket here',
    );
  }
  if (request.in !== null && request.src === null) {
    throw usageFailure('--in needs --src: the source address of the packet that arrives');
  }
  if (request.in !== null && request.mark !== 0) {
    throw usageFailure('--in and --mark contradict each other: a mark does not travel on a wire');
  }
  if (protocol === 'icmp' && request.sport !== null) {
    throw usageFailure('--sport and --proto icmp contradict each other: ICMP has no ports');
  }
  if (protocol === 'icmp' && request.to !== null && addressPort(request.to)?.port !== undefined) {
    throw usageFailure(`--to ${request.to}: ICMP has no ports`);
  }
}

/** Splits `IP`, `IP:PORT` or `[IP6]:PORT`; null when the text does not start with an address. */
export function addressPort(text: string): { host: string; port?: string } | null {
  if (parseAddress(text)) return { host: text };
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(.*))?$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  if (!parseAddress(host)) return null;
  return match?.[3] === undefined ? { host } : { host, port: match[3] };
}
