import type { LabFlow } from '../../../src/lab/flow.ts';
import type { Topology } from '../../../src/lab/topology/topology.ts';
import type { Proof } from '../checklist/checklist-case.ts';

/** A network, and flows through it whose kernel and model have to agree in all that is observed. */
export interface Scene {
  readonly topology: Topology;
  readonly flows: readonly SceneFlow[];
}

export interface SceneFlow {
  /** Unique among all scenes: the sentence that the flow proves. */
  readonly name: string;
  readonly flow: Omit<LabFlow, 'id'>;
  /** What the client got from the kernel: `connected`, or its outcome with the errno, `refused ECONNREFUSED`. */
  readonly ends: string;
  /** The source address that the endpoint saw. */
  readonly source?: string;
  /** The addresses of which one answered. */
  readonly answers?: readonly string[];
  /** Whether the endpoint saw another source than the client's. */
  readonly masqueraded?: boolean;
  /** What else the kernel must have shown. */
  readonly proof?: readonly Proof[];
  /** For a flow that does not connect: one that does, so that what is in between is the reason. */
  readonly control?: string;
}
