import { z } from 'zod';
import { ipAddress, sourceWithText } from './common.ts';
import { packetSchema } from './observed-packet.ts';

const nullableString = z.string().nullable();
const nullableInt = z.int().nullable();

const place = { node: nullableString, netns: nullableString };
const moment = {
  time: z.number().nullable(),
  timeBase: z.enum(['epoch', 'date', 'year', 'day', 'uptime', 'none']),
  clock: z.string(),
};
const end = z.strictObject({ address: ipAddress, port: nullableInt });

/** A packet that a tracer saw freed. */
export const dropSchema = z.strictObject({
  ...place,
  device: nullableString,
  ...moment,
  reason: nullableString,
  location: nullableString,
  protocol: nullableInt,
  packet: packetSchema.nullable(),
  buffer: nullableString,
  format: z.enum(['tracefs', 'perf', 'pwru', 'retis', 'cilium', 'dropwatch', 'kernel-message']),
  source: sourceWithText,
});

const tuple = z.strictObject({
  source: ipAddress,
  destination: ipAddress,
  sport: nullableInt,
  dport: nullableInt,
  packets: nullableInt,
  bytes: nullableInt,
});

/** A conntrack entry. */
export const trackedSchema = z.strictObject({
  ...place,
  ...moment,
  event: z.enum(['listed', 'new', 'update', 'destroy']),
  protocol: z.int(),
  original: tuple,
  reply: tuple,
  state: nullableString,
  unreplied: z.boolean(),
  assured: z.boolean(),
  mark: nullableInt,
  zone: nullableInt,
  timeout: nullableInt,
  source: sourceWithText,
});

/** A socket of `ss -ti`. */
export const socketSchema = z.strictObject({
  ...place,
  protocol: z.enum(['tcp', 'udp', 'sctp', 'dccp', 'mptcp']),
  state: z.string(),
  local: end,
  remote: end,
  device: nullableString,
  receiveQueue: z.int(),
  sendQueue: z.int(),
  mss: nullableInt,
  pmtu: nullableInt,
  retransmitting: nullableInt,
  retransmitted: nullableInt,
  backoff: nullableInt,
  unacknowledged: nullableInt,
  source: sourceWithText,
});
