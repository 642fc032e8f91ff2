import type { FdbEntry } from '../kernel/device/device.ts';
import { parseAddress } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { readJsonElements } from './json-elements.ts';
import { has, isObject, textOf } from './json-value.ts';
import { error } from './make-issue.ts';

/**
 * Reads `bridge -j fdb show`. Kept is what forwards a frame: entries of a bridge (they have a
 * `master`) and entries of a VXLAN device (they have a `dst`). The rest are receive filters of
 * single devices (`self`, mostly multicast), which forward nothing.
 */
export function parseBridgeFdb(text: string, file: string): Parsed<readonly FdbEntry[]> {
  const { value: elements, issues: readIssues } = readJsonElements(text, file);
  const issues: Issue[] = [...readIssues];
  const entries: FdbEntry[] = [];
  for (const { value, line, raw } of elements) {
    const source = { file, line };
    const mac = isObject(value) ? textOf(value, 'mac') : null;
    const device = isObject(value) ? textOf(value, 'ifname') : null;
    if (!isObject(value) || mac === null || device === null) {
      issues.push(error('unreadable-record', source, raw.slice(0, 80)));
      continue;
    }
    const destination = parseAddress(textOf(value, 'dst') ?? '');
    if (!has(value, 'master') && !destination) continue;
    entries.push({
      mac: mac.toLowerCase(),
      device,
      destination,
      permanent: textOf(value, 'state') === 'permanent',
      source,
    });
  }
  return { value: entries, issues };
}
