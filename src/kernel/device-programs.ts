import { netnsKey } from '../packet/place.ts';
import type { Departure } from './departure.ts';
import type { DeviceProgram } from './device/device.ts';
import { deviceNamed } from './device/find-device.ts';
import type { Kernel } from './kernel.ts';
import type { Skb } from './skb.ts';

/**
 * What a device has at the edge of its namespace beside rules, which nobody modelled: an XDP or tc program, filters
 * and queues that lose packets. Each may let a packet pass, change it, send it elsewhere or drop it. A program
 * is an open question; of a place for filters without any that are known it is assumed that it changes nothing.
 * Linux: do_xdp_generic(), sch_handle_ingress(), sch_handle_egress().
 */
export function passPrograms(
  { netns, run }: Kernel,
  skb: Skb,
  place: { readonly device: string; readonly hook: 'ingress' | 'egress' },
): Departure | null {
  const device = deviceNamed(netns, place.device);
  for (const program of device?.programs ?? []) {
    if (hookOf(program) !== place.hook) continue;
    const subject = `${program.what} on ${place.device} (${program.hook})`;
    const { value } = run.decider.decide({
      id: `program:${netnsKey(netns.ref)}:${place.device}:${program.hook}:${program.what}`,
      kind: 'unknown',
      topic: 'device',
      where: netns.ref,
      subject: `${subject} may change the packet`,
      options: [
        { value: 'passes', probability: 1, cost: 0 },
        { value: 'changes', probability: 1, cost: program.certain ? 0 : 2 },
      ],
    });
    if (value === 'passes') continue;
    run.unsupported({ construct: subject, where: netns.ref, source: program.source });
    return { kind: 'unknown', at: subject, skb };
  }
  return null;
}

function hookOf({ hook }: DeviceProgram): 'ingress' | 'egress' {
  return hook === 'egress' ? 'egress' : 'ingress';
}
