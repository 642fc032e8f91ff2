import { type Address, parseAddress, parseIpv4 } from '../../packet/address.ts';
import { servicePort } from './service-ports.ts';

/** One side of `A > B`: the last dot separates the port, because host names hold dots too. */
export interface TcpdumpEndpoint {
  readonly address: Address;
  readonly port: number | null;
  /** A port's name that the table of service names does not have. */
  readonly portName: string | null;
}

const V4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:\.([A-Za-z0-9][\w.+-]{0,40}))?$/;

export type TcpdumpPort = Omit<TcpdumpEndpoint, 'address'>;

/** Null when the host is not a numeric address. */
export function parseTcpdumpEndpoint(token: string): TcpdumpEndpoint | null {
  const v4 = V4.exec(token);
  if (v4) {
    const address = parseIpv4(v4[1] ?? '');
    return address && { address, ...readTcpdumpPort(v4[2]) };
  }
  if (!token.includes(':') || token.length > 100) return null;
  const dot = token.lastIndexOf('.');
  const bare = parseAddress(token);
  if (bare) return { address: bare, port: null, portName: null };
  const address = dot < 0 ? null : parseAddress(token.slice(0, dot));
  return address && { address, ...readTcpdumpPort(token.slice(dot + 1)) };
}

/** A port's number, or its name when no table has it. */
export function readTcpdumpPort(text: string | undefined): TcpdumpPort {
  if (text === undefined) return { port: null, portName: null };
  if (/^\d{1,5}$/.test(text)) {
    const number = Number(text);
    return { port: number <= 65535 ? number : null, portName: null };
  }
  const port = servicePort(text);
  return { port, portName: port === null ? text : null };
}

/** Where `A > B: ` with two addresses stands in a line. */
export interface EndpointPair {
  readonly start: number;
  /** Just after the colon. */
  readonly end: number;
  readonly a: TcpdumpEndpoint;
  readonly b: TcpdumpEndpoint;
}

/** Finds the first pair of numeric addresses at or after `from`; MAC pairs are passed over. */
export function findEndpointPair(line: string, from: number): EndpointPair | null {
  for (let at = line.indexOf(' > ', from); at >= 0; at = line.indexOf(' > ', at + 3)) {
    const start = line.lastIndexOf(' ', at - 1) + 1;
    const blank = line.indexOf(' ', at + 3);
    const right = line.slice(at + 3, blank < 0 ? line.length : blank);
    if (start < from || !right.endsWith(':')) continue;
    const a = parseTcpdumpEndpoint(line.slice(start, at));
    const b = parseTcpdumpEndpoint(right.slice(0, -1));
    if (a && b) return { start, end: at + 3 + right.length, a, b };
  }
  return null;
}
