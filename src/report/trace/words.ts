import type { OutcomeJson, PacketJson, StepJson } from './trace-json.ts';

/** Names and short phrases that every rendering of a trace shares. */

export const PACKET_NAMES: Readonly<Record<string, string>> = {
  syn: 'SYN',
  'syn-ack': 'SYN-ACK',
  ack: 'ACK',
  data: 'data segment',
  rst: 'RST',
  datagram: 'datagram',
  answer: 'answer',
  'echo-request': 'echo request',
  'echo-reply': 'echo reply',
  'icmp-error': 'ICMP error',
};

export function packetName(packet: PacketJson): string {
  return PACKET_NAMES[packet.kind] ?? packet.kind;
}

/** A namespace as it is printed everywhere: `n1` or `n1/web`. */
export function placeName(at: { readonly node: string; readonly netns: string | null }): string {
  return at.netns === null ? at.node : `${at.node}/${at.netns}`;
}

/** An address with a port, as it is written in a flow option. */
export function hostPort(address: string, port: number | null): string {
  if (port === null || port === 0) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

const CLIENT_WORDS: Readonly<Record<OutcomeJson['client'], string>> = {
  connected: 'connected',
  refused: 'refused',
  timeout: 'timeout',
  unreachable: 'unreachable',
  'not-permitted': 'not permitted',
  unknown: 'unknown',
};

export function clientWords(outcome: OutcomeJson): string {
  const words = CLIENT_WORDS[outcome.client];
  const { errno } = outcome;
  // A timeout has one error only, which says nothing new.
  return errno === null || errno === 'ETIMEDOUT' ? words : `${words} (${errno})`;
}

export function percent(probability: number): string {
  const value = probability * 100;
  if (value > 0 && value < 1) return '<1%';
  if (value < 100 && value > 99) return '>99%';
  return `${Math.round(value)}%`;
}

const RP_MODES: Readonly<Record<string, string>> = { 0: 'no', 1: 'strict', 2: 'loose' };

/** `strict rp_filter` and what it found. */
export function rpFilterWords(step: StepJson): string {
  const mode = `${RP_MODES[String(step.values.mode)] ?? ''} rp_filter`;
  if (step.verdict === 'pass') return mode;
  const { reverseDevice } = step.values;
  if (typeof reverseDevice !== 'string' || reverseDevice === '') {
    return `${mode}: no route leads back to ${step.saddr}`;
  }
  return `${mode}: ${step.saddr} is reached by ${reverseDevice}, not by ${step.iif ?? '?'}`;
}

const REJECTS: Readonly<Record<string, string>> = {
  'tcp-reset': 'a TCP reset',
  'icmp-net-unreachable': 'ICMP network unreachable',
  'icmp-host-unreachable': 'ICMP host unreachable',
  'icmp-port-unreachable': 'ICMP port unreachable',
  'icmp-proto-unreachable': 'ICMP protocol unreachable',
  'icmp-net-prohibited': 'ICMP network prohibited',
  'icmp-host-prohibited': 'ICMP host prohibited',
  'icmp-admin-prohibited': 'ICMP administratively prohibited',
  'icmp6-policy-fail': 'ICMPv6 source address failed policy',
  'icmp6-reject-route': 'ICMPv6 reject route',
};

export function rejectWords(step: StepJson): string {
  const how = String(step.values.with);
  return REJECTS[how] ?? how;
}

const SOURCE_CHOICES: Readonly<Record<string, string>> = {
  bound: 'the address the socket is bound to',
  'route-prefsrc': "the route's preferred source",
  'gateway-subnet': "the device's address in the gateway's subnet",
  'first-address': "the device's first address",
  'local-destination': 'the destination is local',
  'other-device': 'an address of another device, because this one has none',
  masquerade: 'masquerade',
  'rfc6724-same': 'it is the destination itself (RFC 6724 rule 1)',
  'rfc6724-scope': 'its scope suits the destination (RFC 6724 rule 2)',
  'rfc6724-preferred': 'the others are deprecated (RFC 6724 rule 3)',
  'rfc6724-home': 'it is a home address (RFC 6724 rule 4)',
  'rfc6724-device': 'it is on the device that the route takes (RFC 6724 rule 5)',
  'rfc6724-label': "its label is the destination's (RFC 6724 rule 6)",
  'rfc6724-temporary': 'use_tempaddr decides (RFC 6724 rule 7)',
  'rfc6724-orchid': 'it is an overlay identifier as the destination is, or neither is one',
  'rfc6724-prefix': 'it shares the longest prefix with the destination (RFC 6724 rule 8)',
};

export function sourceChoiceWords(step: StepJson): string {
  const because = String(step.values.because);
  return SOURCE_CHOICES[because] ?? because;
}

/** The rewritten fields of a step, one phrase each. */
export function changes(step: StepJson): string[] {
  return step.changed.map(({ field, before, after }) => `${field} ${before} -> ${after}`);
}
