import type { NetworkPolicyName } from '../../kube/facts.ts';
import type { Parsed } from '../../packet/issue.ts';
import { readObjects } from './object-list.ts';

/** Reads the names of `kubectl get networkpolicies -A -o json`. */
export function parseNetworkPolicies(
  text: string,
  file: string,
): Parsed<readonly NetworkPolicyName[]> {
  return readObjects(text, file, {
    kind: 'NetworkPolicy',
    read: ({ namespace, name, source }) => [{ namespace, name, source }],
  });
}
