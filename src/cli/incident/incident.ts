import { z } from 'zod';
import { PIECE } from './piece.ts';

/** Where in a laboratory: a node, or a pod's namespace as `NODE/NETNS`. */
const PLACE = z.string().regex(/^[a-z0-9-]+(\/[a-z0-9-]+)?$/);

const FLOW = z.strictObject({
  from: PLACE,
  /** `IP:PORT`, or an address alone for ICMP. */
  to: z.string().min(7),
  protocol: z.enum(['tcp', 'udp', 'icmp']).default('tcp'),
  source: z.string().optional(),
  device: z.string().optional(),
  sourcePort: z.int().optional(),
  mark: z.int().optional(),
  /** Bytes that the client sends once it is connected: what a small MTU loses. */
  payload: z.int().optional(),
});

/** `PLACE: PROGRAM ARGUMENT...`; a word with blanks stands in double quotes. */
const COMMAND = z.string().regex(/^[a-z0-9-]+(\/[a-z0-9-]+)?: \S/);

const CURE = z.union([
  z.strictObject({ fix: z.string() }),
  z.strictObject({
    title: z.string(),
    commands: z.array(COMMAND).min(1),
    undo: z.array(COMMAND).min(1),
  }),
]);

const EXPECTED = z.strictObject({
  /** `stalled`: connected, and no answer to what the client sent. */
  client: z.enum(['connected', 'stalled', 'refused', 'timeout', 'unreachable', 'not-permitted']),
  errno: z.string().nullable(),
  /** SKB_DROP_REASON_* without the prefix; null when no kernel of ours drops the packet. */
  dropReason: z.string().nullable(),
  /** Where it is dropped; the device is the one that the packet came in by. */
  place: z.strictObject({ at: PLACE, device: z.string().nullable() }).nullable(),
  /** The source that the endpoint saw, when it answered. */
  sourceAtEndpoint: z.string().optional(),
  /** Causes that the diagnosis has to name, the likeliest first; empty for a flow that works. */
  causes: z.array(z.string()),
  /** What decides and no snapshot shows: the model cannot foretell it, the diagnosis must assume it. */
  unseen: z.string().optional(),
  /** The same holds for the control flow. */
  controlUnseen: z.literal(true).optional(),
});

/** `incident.json`: a case as data. */
export const INCIDENT = z
  .strictObject({
    title: z.string().min(10),
    area: z.string().regex(/^[A-L]-[a-z0-9-]+$/),
    /** In the words of the person who has it. */
    symptom: z.string().min(10),
    /** What happens, in one sentence. */
    mechanism: z.string().min(10),
    /** The one fact that decides, and where to look it up. */
    decides: z.string().min(5),
    sources: z.array(z.string()).min(1),
    /** Files of `topologies/`, laid one over the other; then what this case changes. */
    uses: z.array(z.string()).default([]),
    topology: PIECE,
    flow: FLOW,
    controlFlow: FLOW,
    expected: EXPECTED,
    /** Each cures the flow, leaves the control alone and can be undone. */
    cures: z.array(CURE),
    /** Devices, `PLACE DEVICE`, on which tcpdump runs when the incident is recorded: `evidence`. */
    captures: z.array(z.string().regex(/^\S+ \S+$/)).default([]),
    /** Why no kernel here can show it; it is then described and not run. */
    notHere: z.string().optional(),
  })
  .refine(({ expected, cures }) => expected.client === 'connected' || cures.length > 0, {
    error: 'a flow that fails has a cure',
  });

export type IncidentFile = z.infer<typeof INCIDENT>;
export type IncidentFlow = IncidentFile['flow'];
export type Expected = IncidentFile['expected'];
export type Cure = IncidentFile['cures'][number];
