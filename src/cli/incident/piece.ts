import { z } from 'zod';

const LINES = z.array(z.string());

/** Lines of an iptables table as after `iptables`, without `-t`: `-P FORWARD DROP`, `-N X`, `-A X ...`. */
const TABLES = z.partialRecord(z.enum(['raw', 'mangle', 'nat', 'filter', 'security']), LINES);

const NAMESPACE = z.strictObject({
  /** Not part of any snapshot. */
  outside: z.boolean().optional(),
  tunnels: z
    .array(
      z.strictObject({
        device: z.string(),
        mtu: z.int(),
        address: z.string(),
        local: z.string(),
        port: z.int(),
        leases: z.array(z.strictObject({ subnet: z.string(), node: z.string() })),
      }),
    )
    .optional(),
  ip: LINES.optional(),
  bridge: LINES.optional(),
  sysctls: z.record(z.string(), z.string()).optional(),
  ipsets: LINES.optional(),
  iptablesNft: TABLES.optional(),
  iptablesLegacy: TABLES.optional(),
  nft: LINES.optional(),
  commands: z.array(z.array(z.string()).min(1)).optional(),
  listeners: z
    .array(
      z.strictObject({
        protocol: z.enum(['tcp', 'udp']),
        port: z.int(),
        address: z.string().optional(),
      }),
    )
    .optional(),
});

/** `NAMESPACE DEVICE`, and `mtu N`, `mac M` after it. */
const END = z.string().regex(/^\S+ \S+( mtu \d+)?( mac [0-9a-f:]+)?$/);

const SEGMENT = z.strictObject({
  members: z.array(END).default([]),
  /** An nft ruleset of family bridge, in the fabric: no snapshot shows it. */
  filter: LINES.optional(),
  mtu: z.int().optional(),
});

/**
 * A part of a topology. A key of `namespaces` names one or more, with blanks between them: a node,
 * or a pod's namespace as `NODE/NETNS`.
 */
export const PIECE = z.strictObject({
  about: z.string().optional(),
  namespaces: z.record(z.string(), NAMESPACE).default({}),
  cables: z.array(z.tuple([END, END])).default([]),
  segments: z.record(z.string(), SEGMENT).default({}),
});

export type Piece = z.infer<typeof PIECE>;
export type PieceNamespace = z.infer<typeof NAMESPACE>;
export type PieceTables = z.infer<typeof TABLES>;
