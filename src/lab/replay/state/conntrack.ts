import { factOf, type NetnsDraft } from '../draft.ts';
import type { CapturedFile } from '../read/captured.ts';
import { addressFamily } from '../read/safe-words.ts';
import type { Fact, Line, Why } from '../rebuild.ts';

/** Connections that are put in; a node may have hundreds of thousands. */
const MOST = 5000;

/**
 * Entries of `conntrack -L -o extended` as lines for `conntrack -R`: the original tuple, and what the
 * reply tuple shows of NAT. Protocols without ports or identifiers cannot be said.
 */
export function conntrackLines(
  netns: NetnsDraft,
  { file, text }: CapturedFile,
  refuse: (fact: Fact, why: Why) => void,
): readonly Line[] {
  const lines: Line[] = [];
  let left = 0;
  for (const [index, content] of text.split('\n').entries()) {
    if (!/^ipv[46]\s/.test(content)) continue;
    const family = content.startsWith('ipv4') ? 4 : 6;
    const source = { file, line: index + 1 };
    const fact = factOf(netns, 'conntrack', `connection ${shortly(content)}`, { source, family });
    if (lines.length >= MOST) {
      left++;
      continue;
    }
    const line = entryText(content);
    if (line === null) refuse(fact, { kind: 'unsupported', text: content.trim() });
    else lines.push({ text: line, fact });
  }
  if (left > 0) {
    const fact = factOf(netns, 'conntrack', `${left} connections`, { source: { file, line: 1 } });
    refuse(fact, { kind: 'unsupported', text: `more than ${MOST}` });
  }
  return lines;
}

function shortly(content: string): string {
  return /\bsrc=\S+ dst=\S+(?: sport=\d+ dport=\d+)?/.exec(content)?.[0] ?? content.slice(0, 60);
}

interface Tuple {
  readonly src: string;
  readonly dst: string;
  readonly sport: string | null;
  readonly dport: string | null;
}

function entryText(content: string): string | null {
  const [, , protocol = '', , timeout = ''] = content.split(/\s+/);
  const tuples = [...content.matchAll(TUPLE)].map(
    ([, src = '', dst = '', sport = null, dport = null]): Tuple => ({ src, dst, sport, dport }),
  );
  const [original, reply] = tuples;
  if (!original || !reply || !/^\d+$/.test(timeout)) return null;
  if (![original.src, original.dst, reply.src, reply.dst].every((a) => addressFamily(a) !== null)) {
    return null;
  }
  const words = ['-A', '-t', timeout, '-s', original.src, '-d', original.dst];
  switch (protocol) {
    case 'tcp':
    case 'udp': {
      if (original.sport === null || original.dport === null) return null;
      words.push('-p', protocol, '--sport', original.sport, '--dport', original.dport);
      const state = /^ipv[46]\s+\d+\s+tcp\s+6\s+\d+\s+([A-Z_0-9]+)\s/.exec(content)?.[1];
      if (protocol === 'tcp') words.push('--state', state ?? 'ESTABLISHED');
      break;
    }
    case 'icmp': {
      const echo = /type=(\d+) code=(\d+) id=(\d+)/.exec(content);
      if (!echo) return null;
      const [, type = '', code = '', id = ''] = echo;
      words.push('-p', 'icmp', '--icmp-type', type, '--icmp-code', code, '--icmp-id', id);
      break;
    }
    default:
      return null;
  }
  words.push(...translation(original, reply));
  const seen = content.includes('[UNREPLIED]') ? [] : ['SEEN_REPLY'];
  const status = content.includes('[ASSURED]') ? [...seen, 'ASSURED'] : seen;
  if (status.length > 0) words.push('-u', status.join(','));
  // Last, as the program itself saves it: a status after a mark is read into the mark.
  const mark = /\bmark=(\d+)/.exec(content)?.[1];
  if (mark !== undefined && mark !== '0') words.push('-m', mark);
  const zone = /\bzone=(\d+)/.exec(content)?.[1];
  if (zone !== undefined) words.push('-w', zone);
  return words.join(' ');
}

const TUPLE = /\bsrc=(\S+) dst=(\S+)(?: sport=(\d+) dport=(\d+))?/g;

/** What the reply's tuple shows to be translated: it is the mirror image otherwise. */
function translation(original: Tuple, reply: Tuple): readonly string[] {
  const words: string[] = [];
  if (reply.src !== original.dst || reply.sport !== original.dport) {
    words.push('--dst-nat', end(reply.src, reply.sport));
  }
  if (reply.dst !== original.src || reply.dport !== original.sport) {
    words.push('--src-nat', end(reply.dst, reply.dport));
  }
  return words;
}

function end(address: string, port: string | null): string {
  if (port === null) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
