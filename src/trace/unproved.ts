import type { Device } from '../kernel/device/device.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { netnsKey } from '../packet/place.ts';

/**
 * Whether a device does what its documentation says: of some kinds no kernel here could be asked, and a result
 * that rests on one names that. docs/support-matrix.md.
 */
export function actsAsDocumented({ netns, run }: Kernel, device: Device): boolean {
  const kind = unprovedKind(device);
  if (kind === null) return true;
  const { value } = run.decider.decide({
    id: `documented:${netnsKey(netns.ref)}:${device.name}`,
    kind: 'unknown',
    topic: 'device',
    where: netns.ref,
    subject: `${kind} ${device.name} does what is documented (not proved on a kernel here)`,
    options: [
      { value: 'yes', probability: 1, cost: 0 },
      { value: 'no', probability: 1, cost: 9 },
    ],
  });
  if (value === 'yes') return true;
  run.unsupported({
    construct: `${kind} ${device.name}`,
    where: netns.ref,
    source: device.source,
  });
  return false;
}

function unprovedKind({ details }: Device): string | null {
  switch (details.kind) {
    case 'ip-tunnel':
      return details.tunnel.type;
    case 'vlan':
    case 'bond':
    case 'dummy':
    case 'geneve':
    case 'wireguard':
      return details.kind;
    default:
      return null;
  }
}
