import { IPV4_ANY } from '../packet/address.ts';
import type { ObservedPacket } from './observation.ts';

/** A packet of which nothing is known yet: what a format shows is laid over it. */
export const BARE_PACKET: ObservedPacket = {
  source: IPV4_ANY,
  destination: IPV4_ANY,
  protocol: 0,
  sport: null,
  dport: null,
  sportName: null,
  dportName: null,
  tos: null,
  ttl: null,
  ipId: null,
  dontFragment: null,
  fragmentOffset: null,
  length: null,
  mark: null,
  payloadHash: null,
  tcp: null,
  icmp: null,
  inner: null,
  encapsulation: null,
};
