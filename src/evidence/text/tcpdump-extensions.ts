import { readTcpdumpPort, type TcpdumpPort } from './tcpdump-endpoint.ts';

/** The extension headers of IPv6 that tcpdump prints behind the addresses, and what they say. */
export interface TcpdumpExtensions {
  /** Where what follows them begins. */
  readonly end: number;
  /** From a fragment header; with -v also its identification. */
  readonly fragmentOffset: number | null;
  readonly ipId: number | null;
  /** Behind extension headers the ports are printed by themselves. */
  readonly ports: { readonly a: TcpdumpPort; readonly b: TcpdumpPort } | null;
}

const OPTIONS =
  /^ ?(?:HBH|DSTOPT|RT6|srcrt|mobility|MOBILITY)(?: \([^)]{0,300}\)| \[\|\w{1,10}\])* ?/;
const FRAGMENT = /^ ?frag \((?:(0x[0-9a-f]{1,8}):)?(\d{1,5})\|(\d{1,5})\) ?/;
const PORTS = /^([\w.+-]{1,40}) > ([\w.+-]{1,40}): /;
const MAX_HEADERS = 8;

/** Null when none is printed. */
export function readTcpdumpExtensions(text: string): TcpdumpExtensions | null {
  let end = 0;
  let fragmentOffset: number | null = null;
  let ipId: number | null = null;
  for (let count = 0; count < MAX_HEADERS; count++) {
    const rest = text.slice(end);
    const fragment = FRAGMENT.exec(rest);
    const header = fragment ?? OPTIONS.exec(rest);
    if (!header) break;
    end += header[0].length;
    if (fragment) {
      ipId = fragment[1] === undefined ? ipId : Number(fragment[1]);
      fragmentOffset = Number(fragment[2]);
    }
  }
  if (end === 0) return null;
  const ports = PORTS.exec(text.slice(end));
  if (!ports) return { end, fragmentOffset, ipId, ports: null };
  return {
    end: end + ports[0].length,
    fragmentOffset,
    ipId,
    ports: { a: readTcpdumpPort(ports[1]), b: readTcpdumpPort(ports[2]) },
  };
}
