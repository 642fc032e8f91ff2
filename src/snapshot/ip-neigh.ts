import type { Neighbour } from '../kernel/device/device.ts';
import type { ProxiedNeighbour } from '../kernel/netns-state.ts';
import { parseAddress } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { readJsonElements } from './json-elements.ts';
import { has, isObject, textOf, textsOf } from './json-value.ts';
import { error } from './make-issue.ts';

/** Reads `ip -j neigh show`, both families. */
export function parseIpNeigh(text: string, file: string): Parsed<readonly Neighbour[]> {
  const { value: elements, issues: readIssues } = readJsonElements(text, file);
  const issues: Issue[] = [...readIssues];
  const neighbours: Neighbour[] = [];
  for (const { value, line, raw } of elements) {
    const source = { file, line };
    const address = isObject(value) ? parseAddress(textOf(value, 'dst') ?? '') : null;
    const device = isObject(value) ? textOf(value, 'dev') : null;
    if (!isObject(value) || !address || device === null) {
      issues.push(error('unreadable-record', source, raw.slice(0, 80)));
      continue;
    }
    const mac = textOf(value, 'lladdr');
    neighbours.push({
      address,
      device,
      mac: mac === null ? null : mac.toLowerCase(),
      states: textsOf(value, 'state'),
      ...(has(value, 'router') ? { router: true as const } : {}),
      source,
    });
  }
  return { value: neighbours, issues };
}

/** Reads `ip -j -6 neigh show proxy`: for whom a device answers. */
export function parseProxiedNeighbours(
  text: string,
  file: string,
): Parsed<readonly ProxiedNeighbour[]> {
  const { value, issues } = parseIpNeigh(text, file);
  return { value: value.map(({ address, device }) => ({ address, device })), issues };
}
