import type { IpvsServer, IpvsService } from '../kernel/conntrack/ipvs-service.ts';
import { type Address, ipv4, parseIpv6 } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { parseProtocol } from '../packet/protocol.ts';
import type { DraftService } from './ipvsadm-save.ts';
import { error } from './make-issue.ts';

/**
 * Reads /proc/net/ip_vs: `TCP  0A600001:01BB rr [persistent SECONDS MASK]` and below it
 * `-> C0A80002:192B Masq 1 0 0`; addresses and ports are hexadecimal, IPv6 stands in brackets.
 */
export function parseProcIpVs(text: string, file: string): Parsed<readonly IpvsService[]> {
  const services: DraftService[] = [];
  const issues: Issue[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const line = content.trim();
    if (line === '' || HEADING.test(line)) continue;
    const source = { file, line: index + 1, text: line };
    const words = line.split(/\s+/);
    const service = services.at(-1);
    if (words[0] === '->' && service) {
      const server = serverOf(words);
      if (server) service.servers.push({ ...server, source });
      else issues.push(error('unreadable-record', source, line.slice(0, 80)));
      continue;
    }
    const match = matchOf(words);
    if (!match) {
      issues.push(error('unreadable-record', source, line.slice(0, 80)));
      continue;
    }
    const persistent = words.indexOf('persistent');
    services.push({
      match,
      scheduler: words[2] ?? '',
      persistence: persistent < 0 ? null : Number(words[persistent + 1]),
      onePacket: words.includes('ops'),
      servers: [],
      source,
    });
  }
  return { value: services, issues };
}

const HEADING = /^IP Virtual Server version |^Prot LocalAddress:Port|^-> RemoteAddress:Port/;

function matchOf([name = '', at = '']: readonly string[]): IpvsService['match'] | null {
  if (name === 'FWM') {
    return /^[0-9A-F]{1,8}$/i.test(at)
      ? { kind: 'fwmark', mark: Number.parseInt(at, 16), family: 4 }
      : null;
  }
  const protocol = parseProtocol(name);
  const found = endpoint(at);
  return protocol !== null && found ? { kind: 'address', protocol, ...found } : null;
}

const METHODS: Readonly<Record<string, IpvsServer['method']>> = {
  Masq: 'masquerade',
  // A server of this node itself is listed so, however it was given.
  Local: 'masquerade',
  Tunnel: 'tunnel',
  Route: 'direct-route',
};

function serverOf([, at = '', forward = '', weight = '']: readonly string[]): Omit<
  IpvsServer,
  'source'
> | null {
  const found = endpoint(at);
  const method = METHODS[forward];
  return found && method && /^\d+$/.test(weight)
    ? { ...found, method, weight: Number(weight) }
    : null;
}

function endpoint(text: string): { readonly address: Address; readonly port: number } | null {
  const [, host = '', port = ''] = /^(.+):([0-9A-F]{4})$/i.exec(text) ?? [];
  const address = /^[0-9A-F]{8}$/i.test(host)
    ? ipv4(Number.parseInt(host, 16))
    : parseIpv6(host.replace(/^\[|\]$/g, ''));
  return address && { address, port: Number.parseInt(port, 16) };
}
