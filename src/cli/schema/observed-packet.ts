import { z } from 'zod';
import { ipAddress } from './common.ts';

const nullableString = z.string().nullable();
const nullableInt = z.int().nullable();

const flag = z.literal(true).optional();
const flagsSchema = z.strictObject({
  fin: flag,
  syn: flag,
  rst: flag,
  psh: flag,
  ack: flag,
  urg: flag,
  ece: flag,
  cwr: flag,
});

const tcpSchema = z.strictObject({
  flags: flagsSchema,
  sequence: nullableInt,
  printedSequence: nullableInt,
  acknowledgement: nullableInt,
  window: nullableInt,
  mss: nullableInt,
  windowScale: nullableInt,
  timestampValue: nullableInt,
  timestampEcho: nullableInt,
  payloadLength: nullableInt,
});

/** A packet as far as it was seen. */
export const packetSchema = z.strictObject({
  source: ipAddress,
  destination: ipAddress,
  protocol: z.int(),
  sport: nullableInt,
  dport: nullableInt,
  sportName: nullableString,
  dportName: nullableString,
  tos: nullableInt,
  ttl: nullableInt,
  ipId: nullableInt,
  dontFragment: z.boolean().nullable(),
  fragmentOffset: nullableInt,
  length: nullableInt,
  mark: nullableInt,
  payloadHash: nullableString,
  tcp: tcpSchema.nullable(),
  get icmp() {
    return icmpSchema.nullable();
  },
  get inner() {
    return packetSchema.nullable();
  },
  encapsulation: z
    .strictObject({
      kind: z.enum(['vxlan', 'flannel-udp', 'ipip', 'gre', 'geneve']),
      vni: nullableInt,
    })
    .nullable(),
});

const icmpSchema = z.strictObject({
  type: z.int(),
  code: z.int(),
  id: nullableInt,
  sequence: nullableInt,
  mtu: nullableInt,
  get quoted() {
    return packetSchema.nullable();
  },
});
