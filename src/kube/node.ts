import type { Address } from '../packet/address.ts';
import type { Prefix } from '../packet/prefix.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { FlannelAnnotations } from './flannel.ts';

/** A Kubernetes Node object. */
export interface KubeNode {
  readonly name: string;
  readonly addresses: readonly NodeAddress[];
  readonly hostnames: readonly string[];
  readonly podCidrs: readonly Prefix[];
  readonly ready: boolean | null;
  readonly flannel: FlannelAnnotations;
  readonly source: SourceRef;
}

export interface NodeAddress {
  readonly type: 'InternalIP' | 'ExternalIP';
  readonly address: Address;
}
