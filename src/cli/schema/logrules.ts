import { z } from 'zod';
import { LOGRULES_SCHEMA, type LogRulesJson } from '../../report/logrules/logrules-json.ts';
import { ipAddress, port } from './common.ts';

const end = z.strictObject({ ip: ipAddress, port: port.nullable() });

const command = z
  .strictObject({
    node: z.string().nullable(),
    netns: z.string().nullable().describe("null: the node's own namespace"),
    argv: z.array(z.string()),
    text: z.string(),
  })
  .describe('runs as it stands in its namespace');

/** `hookline logrules --json`. */
export const logRulesSchema = z.strictObject({
  schema: z.literal(LOGRULES_SCHEMA),
  id: z.string().describe('four digits, equal for equal flows; every prefix begins with hl and it'),
  comment: z.string().describe('the comment that every rule has'),
  proto: z.enum(['tcp', 'udp', 'icmp', 'sctp']),
  destination: end,
  endpoints: z.array(end).describe('what the destination is translated to'),
  clients: z.array(ipAddress).describe("the client's address, then what it is translated to"),
  sections: z.array(
    z.strictObject({
      node: z.string().nullable().describe('null: any node on the way'),
      netns: z.string().nullable(),
      role: z.enum(['client', 'other']),
      backend: z.enum(['iptables', 'iptables-legacy', 'iptables-nft', 'nft']),
      rules: z.int().min(0),
      absent: z
        .array(z.string())
        .nullable()
        .describe('chains that do not exist and get no rule; null: not known which exist'),
      commands: z.array(command),
      undo: z.array(command),
    }),
  ),
}) satisfies z.ZodType<LogRulesJson>;
