import type { Address } from '../packet/address.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { KubeProtocol } from './service.ts';

/** One address behind a Service, from an EndpointSlice or an Endpoints object. */
export interface Endpoint {
  readonly service: { readonly namespace: string; readonly name: string };
  readonly address: Address;
  readonly ports: readonly EndpointPort[];
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly node: string | null;
  readonly zone: string | null;
  readonly pod: { readonly namespace: string; readonly name: string } | null;
  readonly source: SourceRef;
}

export interface EndpointPort {
  readonly name: string;
  readonly protocol: KubeProtocol;
  readonly port: number;
}
