import type {
  WireguardEndpoint,
  WireguardPeer,
  WireguardSettings,
} from '../kernel/device/tunnel-settings.ts';
import { parseAddress } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { type Prefix, parsePrefix } from '../packet/prefix.ts';
import { parseNumber } from './json-value.ts';
import { error, warning } from './make-issue.ts';

/** Fields of a device's line, and of a peer's. wg(8), `show all dump`. */
const DEVICE_FIELDS = 5;
const PEER_FIELDS = 9;

/**
 * Reads `wg show all dump`: by device name its port and mark, and its peers with what they are allowed.
 * Private and shared keys are not kept, whether they were taken out before or not.
 */
export function parseWgShow(
  text: string,
  file: string,
): Parsed<ReadonlyMap<string, WireguardSettings>> {
  const issues: Issue[] = [];
  const devices = new Map<string, WireguardSettings & { readonly peers: WireguardPeer[] }>();
  text.split('\n').forEach((row, index) => {
    if (row.trim() === '' || row.startsWith('#')) return;
    const source = { file, line: index + 1 };
    const fields = row.split('\t');
    const [device = '', first = ''] = fields;
    const known = devices.get(device);
    if (fields.length === DEVICE_FIELDS && !known) {
      const [, , publicKey = '', port = '', mark = ''] = fields;
      const listenPort = parseNumber(port);
      if (listenPort === null) issues.push(error('unreadable-record', source, `port ${port}`));
      else devices.set(device, { publicKey, listenPort, mark: markOf(mark), peers: [] });
    } else if (fields.length === PEER_FIELDS && known) {
      const [, , , endpoint = '', allowed = ''] = fields;
      const prefixes = prefixesOf(allowed);
      if (prefixes === null) issues.push(warning('unsupported-construct', source, allowed));
      known.peers.push({
        publicKey: first,
        endpoint: endpointOf(endpoint),
        allowed: prefixes ?? [],
      });
    } else {
      issues.push(error('unreadable-record', source, `${device}: ${fields.length} fields`));
    }
  });
  return { value: devices, issues };
}

function markOf(text: string): number {
  return text === 'off' ? 0 : (parseNumber(text) ?? 0);
}

/** `192.0.2.1:51820`, `[2001:db8::1]:51820` or `(none)`. */
function endpointOf(text: string): WireguardEndpoint | null {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = parseAddress(bracketed ?? plain ?? '');
  return address && digits !== undefined ? { address, port: Number(digits) } : null;
}

/** `10.0.0.0/24,fd00::/64` or `(none)`; null when one cannot be read. */
function prefixesOf(text: string): readonly Prefix[] | null {
  if (text === '(none)' || text === '') return [];
  const prefixes = text.split(',').map(parsePrefix);
  const readable = prefixes.filter((prefix) => prefix !== null);
  return readable.length === prefixes.length ? readable : null;
}
