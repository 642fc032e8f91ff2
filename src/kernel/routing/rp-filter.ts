import type { Address } from '../../packet/address.ts';
import type { Decider } from '../decide.ts';
import { ownsAddress } from '../device/find-device.ts';
import type { NetnsState } from '../netns-state.ts';
import {
  acceptLocal,
  rpFilterKnown,
  rpFilterMode,
  sendRedirects,
  srcValidMark,
} from '../sysctl-lookup.ts';
import { hasIpv4Address } from './device-facts.ts';
import { type FibKey, fibOf } from './fib.ts';
import { fibLookup, hasCustomRules } from './fib-lookup.ts';
import type { SourceValidation } from './lookup.ts';
import type { Route } from './route.ts';

/** Why a source was refused: a drop reason of 6.18. */
export type SourceRefusal = 'IP_RPFILTER' | 'IP_LOCAL_SOURCE' | 'IP_INVALID_SOURCE';

/** The packet whose source is validated, and where it would go. */
export interface ValidationKey {
  readonly source: Address;
  readonly destination: Address;
  readonly iif: string;
  /** The device of the forward route; null when the packet is for this namespace. */
  readonly oif: string | null;
  readonly mark: number;
  readonly tos: number;
  readonly protocol: number;
  readonly sport: number;
  readonly dport: number;
}

export interface Validated extends SourceValidation {
  readonly refusal: SourceRefusal | null;
}

type Mode = SourceValidation['mode'];

/**
 * Whether a packet with this source may come in by this device. Linux: fib_validate_source().
 *
 * The mode is asked for only where it changes the answer. Where it does not, an unknown mode is
 * reported as 0.
 */
export function validateSource(netns: NetnsState, key: ValidationKey, decider: Decider): Validated {
  if (rpFilterKnown(netns, key.iif) || fibOf(netns)?.complete !== true) {
    return outcome(netns, key, rpFilterMode(netns, key.iif, decider), decider);
  }
  const whenOff = outcome(netns, key, 0, decider);
  const whenStrict = outcome(netns, key, 1, decider);
  const whenLoose = outcome(netns, key, 2, decider);
  if (whenOff.refusal === whenStrict.refusal && whenOff.refusal === whenLoose.refusal) {
    return { ...whenStrict, mode: 0 };
  }
  const mode = rpFilterMode(netns, key.iif, decider);
  return mode === 0 ? whenOff : mode === 1 ? whenStrict : whenLoose;
}

function outcome(netns: NetnsState, key: ValidationKey, mode: Mode, decider: Decider): Validated {
  if (mode === 0 && (key.iif !== key.oif || !sendRedirects(netns, key.iif, decider))) {
    const shortcut = withoutLookup(netns, key, decider);
    if (shortcut) return shortcut;
  }
  return withLookup(netns, key, mode, decider);
}

/** What is left to check when validation is off; null where custom rules ask for the lookup. */
function withoutLookup(netns: NetnsState, key: ValidationKey, decider: Decider): Validated | null {
  const passed: Validated = {
    mode: 0,
    passed: true,
    reverseDevice: null,
    reverseRoute: null,
    refusal: null,
  };
  if (hasCustomRules(netns) || fibOf(netns)?.customLocalRoutes) {
    return acceptLocal(netns, key.iif, decider) ? passed : null;
  }
  if (!ownsAddress(netns, key.source) || acceptLocal(netns, key.iif, decider)) return passed;
  return { ...passed, passed: false, refusal: 'IP_LOCAL_SOURCE' };
}

/** Linux: __fib_validate_source(). */
function withLookup(
  netns: NetnsState,
  key: ValidationKey,
  mode: Mode,
  decider: Decider,
): Validated {
  const { iif } = key;
  const result = fibLookup(netns, reverseKey(netns, key, decider), decider);
  const route: Route | null = result.kind === 'found' ? result.route : result.route;
  const reverseDevice = result.kind === 'found' ? result.nexthop.device : null;
  const end = (refusal: SourceRefusal | null): Validated => ({
    mode,
    passed: refusal === null,
    reverseDevice,
    reverseRoute: route,
    refusal,
  });
  const lastResort = (): Validated => end(mode === 0 ? null : 'IP_RPFILTER');
  if (result.kind === 'error') return lastResort();
  const { type, nexthops } = result.route;
  if (type !== 'unicast') {
    if (type !== 'local') return end('IP_INVALID_SOURCE');
    if (!acceptLocal(netns, iif, decider)) return end('IP_LOCAL_SOURCE');
    if (iif === 'lo') return end(null);
  }
  // Every leg of a multipath route counts. Linux: fib_info_nh_uses_dev().
  if (nexthops.some((hop) => hop.device === iif)) return end(null);
  if (!hasIpv4Address(netns, iif, decider)) return lastResort();
  return end(mode === 1 ? 'IP_RPFILTER' : null);
}

/** The packet's own key, turned round. */
function reverseKey(netns: NetnsState, key: ValidationKey, decider: Decider): FibKey {
  const { mark } = key;
  return {
    destination: key.source,
    source: key.destination,
    iif: key.oif ?? 'lo',
    oif: null,
    mark: mark !== 0 && srcValidMark(netns, key.iif, decider) ? mark : 0,
    tos: key.tos,
    protocol: key.protocol,
    sport: key.dport,
    dport: key.sport,
    uid: 0,
  };
}
