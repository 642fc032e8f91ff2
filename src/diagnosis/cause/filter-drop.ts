import { HOOKS } from '../../linux/hook.ts';
import { dropPlace } from './by-assumption.ts';
import { type Cause, endLocation } from './cause.ts';

/**
 * A rule or a chain's policy dropped the packet, or nat or conntrack refused it: the kernel gives
 * all of them one reason. Linux: nf_hook_slow().
 */
export const FILTER_DROP: Cause = {
  id: 'filter-drop',
  locate: (ending) => {
    if (ending.dropReason !== 'NETFILTER_DROP') return null;
    // The hook that had to route again found no route: not a rule's doing.
    if (dropPlace(ending).endsWith(' reroute')) return null;
    const location = endLocation(ending);
    return { ...location, hook: location.hook ?? hookOfPlace(dropPlace(ending)) };
  },
};

/** The hook that a drop step's place names, e.g. of `rules forward for source 10.0.0.1`. */
export function hookOfPlace(place: string): string | null {
  const words = new Set(place.toLowerCase().split(/[ :]/));
  return HOOKS.find((hook) => words.has(hook)) ?? null;
}
