import type { BridgeVlan } from '../kernel/device/device.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { readJsonElements } from './json-elements.ts';
import { isObject, numberOf, objectsOf, textOf, textsOf } from './json-value.ts';
import { error } from './make-issue.ts';

/** Reads `bridge -j vlan show`: the VLANs of each port, and of the bridge itself, by name. */
export function parseBridgeVlan(
  text: string,
  file: string,
): Parsed<ReadonlyMap<string, readonly BridgeVlan[]>> {
  const { value: elements, issues: readIssues } = readJsonElements(text, file);
  const issues: Issue[] = [...readIssues];
  const ports = new Map<string, readonly BridgeVlan[]>();
  for (const { value, line, raw } of elements) {
    const name = isObject(value) ? textOf(value, 'ifname') : null;
    if (!isObject(value) || name === null) {
      issues.push(error('unreadable-record', { file, line }, raw.slice(0, 80)));
      continue;
    }
    const vlans = objectsOf(value, 'vlans').flatMap((vlan): readonly BridgeVlan[] => {
      const first = numberOf(vlan, 'vlan');
      if (first === null) return [];
      const flags = textsOf(vlan, 'flags');
      return [
        {
          first,
          last: numberOf(vlan, 'vlanEnd') ?? first,
          pvid: flags.includes('PVID'),
          untagged: flags.includes('Egress Untagged'),
        },
      ];
    });
    ports.set(name, vlans);
  }
  return { value: ports, issues };
}
