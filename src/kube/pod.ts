import type { Address } from '../packet/address.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { KubeProtocol } from './service.ts';

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly node: string | null;
  readonly addresses: readonly Address[];
  /** Shares its node's namespace. */
  readonly hostNetwork: boolean;
  /** `Running`, `Pending`, `Succeeded`, `Failed`, `Unknown`, or '' when the object does not say. */
  readonly phase: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly ContainerPort[];
  readonly source: SourceRef;
}

export interface ContainerPort {
  readonly name: string;
  readonly protocol: KubeProtocol;
  readonly port: number;
  readonly hostPort: number | null;
}
