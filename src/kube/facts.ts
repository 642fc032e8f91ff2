import type { SourceRef } from '../packet/source-ref.ts';
import type { Endpoint } from './endpoint.ts';
import type { KubeNode } from './node.ts';
import type { Pod } from './pod.ts';
import type { Service } from './service.ts';

/** What is known of the cluster's objects; a list that is `undefined` was not collected. */
export interface KubeFacts {
  readonly services: readonly Service[] | undefined;
  readonly endpoints: readonly Endpoint[] | undefined;
  readonly pods: readonly Pod[] | undefined;
  readonly nodes: readonly KubeNode[] | undefined;
  readonly networkPolicies: readonly NetworkPolicyName[] | undefined;
}

/** Policies act through the rules a network plugin writes; only their presence is kept. */
export interface NetworkPolicyName {
  readonly namespace: string;
  readonly name: string;
  readonly source: SourceRef;
}
