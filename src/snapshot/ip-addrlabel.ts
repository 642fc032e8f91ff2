import type { AddressLabel } from '../kernel/routing/address-label.ts';
import { parseAddress } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { type Prefix, parsePrefix } from '../packet/prefix.ts';
import { readJsonElements } from './json-elements.ts';
import { isObject, type JsonObject, numberOf, textOf } from './json-value.ts';
import { error } from './make-issue.ts';

/** Reads `ip -j addrlabel list`: the labels by which IPv6 chooses sources. */
export function parseAddressLabels(text: string, file: string): Parsed<readonly AddressLabel[]> {
  const { value: elements, issues: readIssues } = readJsonElements(text, file);
  const issues: Issue[] = [...readIssues];
  const labels: AddressLabel[] = [];
  for (const { value, line, raw } of elements) {
    const prefix = isObject(value) ? prefixOf(value) : null;
    const label = isObject(value) ? numberOf(value, 'label') : null;
    if (!isObject(value) || !prefix || label === null) {
      issues.push(error('unreadable-record', { file, line }, raw.slice(0, 80)));
      continue;
    }
    labels.push({ prefix, device: textOf(value, 'dev') ?? textOf(value, 'ifname'), label });
  }
  return { value: labels, issues };
}

/** iproute2 prints the length beside the address. */
function prefixOf(entry: JsonObject): Prefix | null {
  const address = parseAddress(textOf(entry, 'address') ?? '');
  const length = numberOf(entry, 'prefixlen');
  if (address && length !== null && length <= 128) return { address, length };
  return parsePrefix(textOf(entry, 'prefix') ?? '');
}
