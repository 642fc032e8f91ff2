import type { IpvsServer, IpvsService } from '../kernel/conntrack/ipvs-service.ts';
import { type Address, parseAddress } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import { error } from './make-issue.ts';

/** A service while its servers are read. */
export type DraftService = Omit<IpvsService, 'servers'> & { readonly servers: IpvsServer[] };

/**
 * Reads `ipvsadm -Sn`: `-A -t ADDRESS:PORT -s rr [-p SECONDS] [-o]` makes a service,
 * `-a -t ADDRESS:PORT -r ADDRESS:PORT -m|-g|-i -w WEIGHT` gives it a server. `-u`, `--sctp-service`
 * and `-f MARK` stand in the place of `-t`.
 */
export function parseIpvsadmSave(text: string, file: string): Parsed<readonly IpvsService[]> {
  const services = new Map<string, DraftService>();
  const issues: Issue[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const line = content.trim();
    if (line === '' || line.startsWith('#')) continue;
    const source = { file, line: index + 1, text: line };
    if (!readLine(optionsOf(line), source, services)) {
      issues.push(error('unreadable-record', source, line.slice(0, 80)));
    }
  }
  return { value: [...services.values()], issues };
}

/** Options with their values; those without one have an empty text. */
type Options = ReadonlyMap<string, string>;

function optionsOf(line: string): Options {
  const options = new Map<string, string>();
  let last: string | null = null;
  for (const word of line.split(/\s+/)) {
    if (/^-{1,2}[A-Za-z0-9]/.test(word)) {
      last = SHORT[word] ?? word;
      options.set(last, '');
    } else if (last !== null) options.set(last, word);
  }
  return options;
}

const SHORT: Readonly<Record<string, string>> = {
  '--add-service': '-A',
  '--add-server': '-a',
  '--tcp-service': '-t',
  '--udp-service': '-u',
  '--fwmark-service': '-f',
  '--scheduler': '-s',
  '--persistent': '-p',
  '--ops': '-o',
  '--real-server': '-r',
  '--masquerading': '-m',
  '--ipip': '-i',
  '--gatewaying': '-g',
  '--weight': '-w',
  '--ipv6': '-6',
};

function readLine(
  options: Options,
  source: SourceRef,
  services: Map<string, DraftService>,
): boolean {
  const match = matchOf(options);
  if (!match) return false;
  const key = keyOf(match);
  if (options.has('-A')) {
    const persistence = options.get('-p');
    services.set(key, {
      match,
      scheduler: options.get('-s') || 'wlc',
      // Without a number it is five minutes. ipvsadm(8)
      persistence: persistence === undefined ? null : Number(persistence || 300),
      onePacket: options.has('-o'),
      servers: [],
      source,
    });
    return true;
  }
  const service = services.get(key);
  const server = endpoint(options.get('-r') ?? '');
  if (!options.has('-a') || !service || !server) return false;
  const weight = options.get('-w');
  service.servers.push({
    address: server.address,
    port: server.port,
    method: options.has('-m') ? 'masquerade' : options.has('-i') ? 'tunnel' : 'direct-route',
    weight: weight === undefined ? 1 : Number(weight),
    source,
  });
  return true;
}

function matchOf(options: Options): IpvsService['match'] | null {
  const mark = options.get('-f');
  if (mark !== undefined) {
    const family = options.has('-6') ? 6 : 4;
    return /^\d+$/.test(mark) ? { kind: 'fwmark', mark: Number(mark), family } : null;
  }
  for (const [option, protocol] of PROTOCOLS) {
    const at = options.get(option);
    const found = at === undefined ? null : endpoint(at);
    if (found) return { kind: 'address', protocol, ...found };
  }
  return null;
}

const PROTOCOLS = [
  ['-t', PROTOCOL.tcp],
  ['-u', PROTOCOL.udp],
  ['--sctp-service', PROTOCOL.sctp],
] as const;

/** `10.96.0.1:443`, `[fd00::1]:443`; without a port it is 0. */
function endpoint(text: string): { readonly address: Address; readonly port: number } | null {
  const [, host = '', port = '0'] = /^\[?([0-9a-fA-F.:]+?)\]?(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = parseAddress(host);
  return address ? { address, port: Number(port) } : null;
}

/** A key that is equal for the same service. */
export function keyOf(match: IpvsService['match']): string {
  if (match.kind === 'fwmark') return `mark ${match.family} ${match.mark}`;
  return `${match.protocol} ${match.address.bits} ${match.port}`;
}
