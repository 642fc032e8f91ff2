/** A network namespace of a node. `netns` null is the node's host namespace. */
export interface NetnsRef {
  readonly node: string;
  readonly netns: string | null;
}

/** A key that is equal for equal namespaces; also how a namespace is printed: `n1` or `n1/web`. */
export function netnsKey(ref: NetnsRef): string {
  return ref.netns === null ? ref.node : `${ref.node}/${ref.netns}`;
}

/** Whether two references name the same namespace. */
export function sameNetns(a: NetnsRef, b: NetnsRef): boolean {
  return a.node === b.node && a.netns === b.netns;
}
