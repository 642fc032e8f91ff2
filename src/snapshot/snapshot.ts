import type { Network } from '../kernel/network.ts';
import type { KubeFacts } from '../kube/facts.ts';
import type { FlannelSubnet } from '../kube/flannel.ts';
import type { ProxyMode } from '../kube/proxy-mode.ts';
import type { Address } from '../packet/address.ts';
import type { NetnsRef } from '../packet/place.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { Counters } from './nstat.ts';

/** Everything that is known of the nodes, wired. */
export interface Snapshot {
  readonly network: Network;
  readonly kube: KubeFacts;
  readonly nodes: ReadonlyMap<string, NodeFacts>;
  readonly pods: readonly PodPlace[];
  /** What was concluded or assumed while the facts were put together. */
  readonly notes: readonly SnapshotNote[];
  /** SNMP counters by `netnsKey`. */
  readonly counters: ReadonlyMap<string, Counters>;
  /** Paths of logs and captures, which are evidence and not part of what is known of nodes. */
  readonly evidenceFiles: readonly string[];
  readonly collectedBy: string | null;
  readonly collectedAt: string | null;
}

/** A captured node. */
export interface NodeFacts {
  readonly name: string;
  /** Kubernetes' and the kernel's other names of it. */
  readonly aliases: readonly string[];
  readonly proxyMode: ProxyMode;
  readonly flannel: FlannelSubnet | null;
}

/** Where a pod is: its own namespace, or its node's. */
export interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly netns: NetnsRef;
  readonly addresses: readonly Address[];
}

/** Findings of putting facts together; `code` is stable, `values` are what a sentence needs. */
export interface SnapshotNote {
  readonly code: NoteCode;
  readonly where: NetnsRef | null;
  readonly values: Readonly<Record<string, string>>;
  readonly source: SourceRef | null;
}

export type NoteCode =
  | 'assumed-pod' // a namespace was made for a pod that was not captured
  | 'assumed-host' // a namespace was made for a host outside
  | 'inferred-segment' // devices of one subnet are taken to be on one segment
  | 'inferred-lease' // a flannel lease was concluded from addresses
  | 'uncaptured-node' // a Node object without a captured node
  | 'unwired-pod' // a pod that no bridge of its node could be found for
  | 'network-policies'; // policies exist; they act through their plugin's rules
