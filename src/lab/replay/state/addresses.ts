import { factOf, type NetnsDraft } from '../draft.ts';
import type { Link } from '../read/links.ts';
import { flagOf, type JsonRecord, numberOf, textOf } from '../read/records.ts';
import { addressFamily, isCount, isWord } from '../read/safe-words.ts';
import type { Line, Why } from '../rebuild.ts';

/** Addresses of a device as `ip -batch` lines, in the order of the listing: the first is primary. */
export function addressLines(
  netns: NetnsDraft,
  link: Link,
  refuse: (line: Line, why: Why) => void,
): readonly Line[] {
  const lines: Line[] = [...withoutLoopbackOwn(netns, link)];
  for (const address of link.addresses ?? []) {
    const local = textOf(address, 'local') ?? '';
    const family = addressFamily(local);
    const length = numberOf(address, 'prefixlen');
    const subject = `address ${local}/${length} on ${link.name}`;
    const fact = factOf(netns, 'address', subject, {
      source: link.source,
      device: link.name,
      family,
    });
    const text = family === null ? null : addressText(address, local, length, link.name, family);
    if (text === null) refuse({ text: '', fact }, { kind: 'unreadable', text: subject });
    // The loopback device gets its own two when it is up.
    else if (!isLoopbackOwn(link, local)) lines.push({ text, fact });
  }
  return lines;
}

/** A loopback device that is not up has no address of its own; here it was up first. */
function withoutLoopbackOwn(netns: NetnsDraft, link: Link): readonly Line[] {
  if (link.kind !== 'loopback' || link.addresses === null) return [];
  if (link.addresses.some((address) => textOf(address, 'local') === '127.0.0.1')) return [];
  const fact = factOf(netns, 'address', 'no address 127.0.0.1/8 on lo', { device: link.name });
  return [{ text: `address del 127.0.0.1/8 dev ${link.name}`, fact }];
}

function isLoopbackOwn(link: Link, local: string): boolean {
  return link.kind === 'loopback' && link.up && (local === '127.0.0.1' || local === '::1');
}

function addressText(
  address: JsonRecord,
  local: string,
  length: number | null,
  device: string,
  family: 4 | 6,
): string | null {
  if (!isCount(length) || length > (family === 4 ? 32 : 128)) return null;
  const words = ['address', 'replace'];
  const peer = textOf(address, 'address');
  if (peer !== null) {
    if (addressFamily(peer) !== family) return null;
    words.push(local, 'peer', `${peer}/${length}`);
  } else words.push(`${local}/${length}`);
  const broadcast = textOf(address, 'broadcast');
  if (broadcast !== null && addressFamily(broadcast) === 4) words.push('broadcast', broadcast);
  const scope = textOf(address, 'scope');
  if (scope !== null && isWord(scope)) words.push('scope', scope);
  const label = textOf(address, 'label');
  if (
    family === 4 &&
    label !== null &&
    label.startsWith(`${device}:`) &&
    /^[\w.:~+-]+$/.test(label)
  ) {
    words.push('label', label);
  }
  const metric = numberOf(address, 'metric');
  if (isCount(metric)) words.push('metric', String(metric));
  words.push('dev', device);
  if (flagOf(address, 'noprefixroute')) words.push('noprefixroute');
  // Duplicate detection would keep a fresh address from being used for a second.
  if (family === 6) words.push('nodad');
  if (family === 6 && flagOf(address, 'deprecated')) words.push('preferred_lft', '0');
  return words.join(' ');
}
