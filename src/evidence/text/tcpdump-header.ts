import { parseProtocol } from '../../packet/protocol.ts';

/** The IP header that `-v` prints in parentheses. */
export interface TcpdumpHeader {
  readonly tos: number | null;
  readonly ttl: number | null;
  readonly ipId: number | null;
  readonly fragmentOffset: number | null;
  readonly dontFragment: boolean | null;
  readonly protocol: number | null;
  readonly length: number | null;
  /** Just after the closing parenthesis. */
  readonly end: number;
}

/** Of a packet whose header is not known yet: it follows on a line of its own. */
export const HEADER_TO_COME: TcpdumpHeader = {
  tos: null,
  ttl: null,
  ipId: null,
  fragmentOffset: null,
  dontFragment: null,
  protocol: null,
  length: null,
  end: 0,
};

const IPV4_START = /\(tos 0x[0-9a-f]{1,2}[, ]/;
const IPV6_START = /\((?:class 0x|flowlabel 0x|hlim )/;

/** Null when there is no such header, or it is cut off. */
export function findTcpdumpHeader(line: string): TcpdumpHeader | null {
  const v4 = IPV4_START.exec(line);
  const v6 = IPV6_START.exec(line);
  // The other one is that of a packet which this one carries.
  const isV4 = v4 !== null && (v6 === null || v4.index < v6.index);
  const start = isV4 ? v4 : v6;
  if (!start) return null;
  const end = closing(line, start.index);
  if (end < 0) return null;
  const text = line.slice(start.index, end);
  return isV4 ? readIpv4(text, end) : readIpv6(text, end);
}

function readIpv4(text: string, end: number): TcpdumpHeader {
  const flags = /flags \[([^\]]{0,20})\]/.exec(text);
  return {
    tos: field(text, /\(tos (0x[0-9a-f]{1,2})/),
    ttl: field(text, /ttl +(\d{1,3})/),
    ipId: field(text, / id (\d{1,5})/),
    fragmentOffset: field(text, /offset (\d{1,5})/),
    dontFragment: flags ? (flags[1] ?? '').includes('DF') : null,
    protocol: protocolIn(text, /proto:? ([\w-]{1,20})(?: \((\d{1,3})\))?/),
    length: field(text, / length:? (\d{1,5})/),
    end,
  };
}

function readIpv6(text: string, end: number): TcpdumpHeader {
  const payload = field(text, /payload length: (\d{1,5})/);
  return {
    tos: field(text, /class (0x[0-9a-f]{1,2})/) ?? 0,
    ttl: field(text, /hlim (\d{1,3})/),
    ipId: null,
    fragmentOffset: null,
    dontFragment: null,
    protocol: protocolIn(text, /next-header ([\w-]{1,20})(?: \((\d{1,3})\))?/),
    length: payload === null ? null : payload + 40,
    end,
  };
}

function field(text: string, pattern: RegExp): number | null {
  const value = pattern.exec(text)?.[1];
  return value === undefined ? null : Number(value);
}

function protocolIn(text: string, pattern: RegExp): number | null {
  const match = pattern.exec(text);
  if (!match) return null;
  return parseProtocol(match[2] ?? match[1] ?? '');
}

/** Just after the parenthesis that closes the one at `start`, or -1. */
function closing(line: string, start: number): number {
  let depth = 0;
  for (let at = start; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 40) depth++;
    if (code === 41 && --depth === 0) return at + 1;
  }
  return -1;
}
