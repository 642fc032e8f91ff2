/** The flow that a replay is made for, resolved: who may have to be stood in for. */
export interface ReplayAsk {
  /** The client's place, or where the packet arrives when `arrivesOn` is set. */
  readonly from: { readonly node: string; readonly netns: string | null };
  readonly to: string;
  /** 0 for ICMP. */
  readonly port: number;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly source: string | null;
  readonly device: string | null;
  readonly arrivesOn: string | null;
  readonly sourcePort: number | null;
  readonly mark: number;
}
