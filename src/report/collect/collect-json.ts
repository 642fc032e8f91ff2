/** `hookline/collect/v1`: what was collected and what is unknown. Also the view model of the text. */

export const COLLECT_SCHEMA = 'hookline/collect/v1';

export interface CollectJson {
  readonly schema: typeof COLLECT_SCHEMA;
  /** Where the snapshot is; `-` is standard output, null when nothing was collected. */
  readonly snapshot: string | null;
  readonly nodes: readonly CollectedNodeJson[];
  /** Kinds of Kubernetes objects that are in the snapshot. */
  readonly kubernetes: readonly string[];
  readonly unknown: readonly UnknownJson[];
  readonly failed: readonly FailedHostJson[];
}

export interface CollectedNodeJson {
  readonly node: string;
  /** The host as it was given to --ssh; null: this machine. */
  readonly host: string | null;
  /** Other network namespaces of the node. */
  readonly netns: readonly string[];
  readonly files: number;
}

/** A fact that is not in the snapshot. */
export interface UnknownJson {
  /** Null: of the cluster. */
  readonly node: string | null;
  readonly netns: string | null;
  /** The file that is absent; null: a whole namespace. */
  readonly file: string | null;
  readonly why: string;
}

/** A host of which there is nothing. */
export interface FailedHostJson {
  readonly host: string | null;
  readonly why: string;
}
