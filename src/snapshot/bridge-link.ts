import type { BridgePort } from '../kernel/device/device.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { parseBridgePort } from './ip-link.ts';
import { readJsonElements } from './json-elements.ts';
import { has, isObject, textOf } from './json-value.ts';
import { error } from './make-issue.ts';

/**
 * Reads `bridge -j -d link show`: the settings of each port by the port's name. Without `-d` only
 * the state is printed, which is not enough to tell the settings, so such a port is left out.
 */
export function parseBridgeLink(
  text: string,
  file: string,
): Parsed<ReadonlyMap<string, BridgePort>> {
  const { value: elements, issues: readIssues } = readJsonElements(text, file);
  const issues: Issue[] = [...readIssues];
  const ports = new Map<string, BridgePort>();
  for (const { value, line, raw } of elements) {
    const name = isObject(value) ? textOf(value, 'ifname') : null;
    if (!isObject(value) || name === null) {
      issues.push(error('unreadable-record', { file, line }, raw.slice(0, 80)));
    } else if (has(value, 'hairpin')) ports.set(name, parseBridgePort(value));
  }
  return { value: ports, issues };
}
