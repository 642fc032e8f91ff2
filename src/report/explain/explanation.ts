/** One word of the kernel, of kube-proxy, of flannel or of ours, in plain words. */
export interface Explanation {
  /** The word as it is printed elsewhere. */
  readonly term: string;
  readonly kind:
    | 'drop reason'
    | 'hook'
    | 'table'
    | 'chain'
    | 'sysctl'
    | 'cause'
    | 'connection state'
    | 'disposition';
  /** One sentence without its full stop, short enough for the end of a line. */
  readonly short: string;
  /** What the word means, in a few sentences. */
  readonly meaning: string;
  /** The kernel function or the program and object that does it. */
  readonly where: string;
  /** What one sees of it: an error, an ICMP message, a counter. */
  readonly seen: string;
  /** The usual reason. */
  readonly usual: string;
  /** What to look at, each a command or a question. */
  readonly check: readonly string[];
}
