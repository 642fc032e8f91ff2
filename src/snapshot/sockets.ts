import type { ListeningSocket } from '../kernel/netns-state.ts';
import { type Address, IPV4_ANY, ipv4, parseIpv4, parseIpv6 } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import { error } from './make-issue.ts';

/**
 * Reads `ss -Hnltue`. The local address is `192.0.2.1%dev:80`, `[2001:db8::1]:80`, `[::]:80`
 * (IPv6 only) or `*:80` (both families). iproute2 before 4.16 wrote `*:80` for IPv4 and `:::80`
 * for IPv6; a file that has `:::` is read that way. With `-e` each socket has its owner.
 */
export function parseSockets(text: string, file: string): Parsed<readonly ListeningSocket[]> {
  const issues: Issue[] = [];
  const lines: { local: Local; protocol: 'tcp' | 'udp'; uid: number | null; source: SourceRef }[] =
    [];
  let unreadable = 0;
  for (const [index, content] of text.split('\n').entries()) {
    const fields = content.trim().split(/\s+/);
    if (fields[0] === '' || fields[0] === 'Netid' || fields[0] === 'State') continue;
    const state = fields.findIndex((field) => field === 'LISTEN' || field === 'UNCONN');
    if (state < 0 && /^(?:tcp|udp)$/.test(fields[0] ?? '')) continue;
    const source = { file, line: index + 1, text: content.trim() };
    const local = state < 0 ? null : parseLocal(fields[state + 3] ?? '');
    if (!local) {
      if (unreadable++ < MOST_ISSUES) {
        issues.push(error('unreadable-record', source, content.trim().slice(0, 80)));
      }
      continue;
    }
    const protocol = protocolOf(fields[state - 1], fields[state]);
    if (protocol) lines.push({ local, protocol, uid: ownerOf(fields.slice(state + 5)), source });
  }
  const old = lines.some(({ local }) => local.style === 'old-ipv6-any');
  const ipv4Any = new Set(
    lines
      .filter(({ local }) => local.style === 'star')
      .map(({ local, protocol }) => `${protocol}:${local.port}`),
  );
  const sockets = lines.map(({ local, protocol, uid, source }): ListeningSocket => {
    const { port, device } = local;
    const onIpv4 = ipv4Any.has(`${protocol}:${port}`);
    return { protocol, port, device, uid, source, ...binding(local, { old, onIpv4 }) };
  });
  return { value: sockets, issues };
}

/** With `-e` an inode is always written, and a user but root. Linux: inet_diag_msg.idiag_uid. */
function ownerOf(details: readonly string[]): number | null {
  const uid = details.find((detail) => detail.startsWith('uid:'));
  if (uid !== undefined) return /^uid:\d{1,10}$/.test(uid) ? Number(uid.slice(4)) : null;
  return details.some((detail) => detail.startsWith('ino:')) ? 0 : null;
}

function binding(
  local: Local,
  file: { readonly old: boolean; readonly onIpv4: boolean },
): Pick<ListeningSocket, 'address' | 'family' | 'dualStack'> {
  switch (local.style) {
    case 'address': {
      const { address } = local;
      const any = address.family === 4 ? address.bits === IPV4_ANY.bits : address.bits === 0n;
      return { address: any ? null : address, family: address.family, dualStack: false };
    }
    case 'star':
      return { address: null, family: file.old ? 4 : 6, dualStack: !file.old };
    case 'old-ipv6-any':
      // Old ss does not say whether the socket takes IPv4 too; another one on the port says no.
      return { address: null, family: 6, dualStack: !file.onIpv4 };
  }
}

type Local = { readonly port: number; readonly device: string | null } & (
  | { readonly style: 'address'; readonly address: Address }
  | { readonly style: 'star' }
  | { readonly style: 'old-ipv6-any' }
);

function parseLocal(text: string): Local | null {
  const colon = text.lastIndexOf(':');
  const portText = text.slice(colon + 1);
  if (colon < 0 || !/^\d{1,5}$/.test(portText)) return null;
  const port = Number(portText);
  if (port > 65535) return null;
  const percent = text.lastIndexOf('%', colon);
  const device = percent < 0 ? null : text.slice(percent + 1, colon).replace(/\]$/, '');
  let host = text.slice(0, percent < 0 ? colon : percent);
  if (host === '*') return { style: 'star', port, device };
  if (host === '::') return { style: 'old-ipv6-any', port, device };
  host = host.replace(/^\[/, '').replace(/\]$/, '');
  const address = parseIpv4(host) ?? parseIpv6(host);
  if (!address) return null;
  return { style: 'address', address: unmap(address), port, device };
}

/** An IPv6 socket bound to `::ffff:a.b.c.d` receives IPv4 packets only. */
function unmap(address: Address): Address {
  if (address.family === 6 && address.bits >> 32n === 0xffffn) {
    return ipv4(Number(address.bits & 0xffffffffn));
  }
  return address;
}

function protocolOf(netid: string | undefined, state: string | undefined): 'tcp' | 'udp' | null {
  if (netid === 'tcp' || netid === 'udp') return netid;
  // Without the column (`ss -lt`) only the state is left to tell them apart.
  if (netid === undefined) return state === 'LISTEN' ? 'tcp' : 'udp';
  return null;
}

/** A file that is something else altogether is said to be so a few times, not on every line. */
const MOST_ISSUES = 5;
