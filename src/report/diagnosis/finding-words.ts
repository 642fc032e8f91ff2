import type { Finding } from '../../diagnosis/diagnosis.ts';
import { PACKET_NAMES } from '../trace/words.ts';

type Values = Finding['values'];

function nodeName(name: Values[string] | undefined): string {
  return name === 'client' || name === 'server' ? `the ${name}'s node` : String(name);
}

function kind(values: Values): string {
  return PACKET_NAMES[String(values.kind)] ?? String(values.kind);
}

const MAYBE_LOG =
  'a rule between them ended the chain (MASQUERADE, SNAT and ACCEPT do), the later rule was gone when the packet came (a program wrote the table anew), or the line was lost. Which of them cannot be told from this';

/** The same as the finding's sentence, for a line at the top. */
export function sourceInShort(v: Values): string {
  return `the source ${v.source} was chosen for ${v.chosenFor} on ${v.chosenOn}, before translation; ${v.sentOn} sends it to ${v.sentTo}, though it is not its own`;
}

/** A sentence for every code of a finding. */
export const FINDING_WORDS: Readonly<Record<string, (values: Values) => string>> = {
  'source-chosen-before-translation': (v) =>
    `The source ${v.source} was chosen for ${v.chosenFor}, whose route leaves by ${v.chosenOn}. Only then the destination became ${v.sentTo}, and the packet was routed again, by ${v.sentOn}. That second lookup keeps the source, so ${v.sentOn} sends an address that is not its own: the receiver may refuse it, and the reply goes to ${v.source} by another way.`,
  'request-arrived': (v) =>
    `The ${kind(v)} came in on ${v.node} by ${v.device}: translation, routing and the overlay work up to there.`,
  'absent-reply-proves-nothing': (v) =>
    `No ${kind(v)} on ${v.device} of ${v.node} proves nothing about the endpoint: even if all were well, the reply to this source would not pass there${v.via === undefined ? '' : `; it would take ${v.via}`}.`,
  'absent-reply-is-evidence': (v) =>
    `The ${kind(v)} is missing on ${v.device} of ${v.node}, where it would have to pass: it was lost before, or never sent.`,
  'clocks-differ': (v) =>
    `The clock of ${nodeName(v.behind)} is about ${Math.round(Number(v.milliseconds))} ms behind that of ${nodeName(v.ahead)} (${v.least === v.most ? v.most : `${v.least} to ${v.most}`} ms, ${v.packets} packets seen by both): their times cannot be compared as they are.`,
  'output-hook-shows-old-device': (v) =>
    `OUT=${v.shown} in ${v.table} OUTPUT, with the destination ${v.destination} already translated, does not mean that the packet leaves by ${v.shown}: the hook keeps the device of the first lookup, and POSTROUTING shows the new one, ${v.device}.`,
  'log-rules-without-line': (v) =>
    `${v.rules} LOG rules in ${v.table} ${v.chain} match the packet, ${v.lines} logged it: ${v.ends === 1 ? 'one was inserted first, one appended last; ' : ''}${MAYBE_LOG}.`,
  'mss-of-first-route': (v) =>
    `The client offers MSS ${v.mss}, from the MTU ${v.mtu} of ${v.device}, where its route was first looked up${v.otherMss === undefined ? '' : `; the working flow offers ${v.otherMss}, from ${v.otherDevice}`}. Routing the packet again does not change it${v.sentMtu === undefined ? '' : `: segments of this size do not fit ${v.sentOn}, MTU ${v.sentMtu}`}.`,
  'service-has-no-such-port': (v) =>
    `Service ${v.service} has no port ${v.port}, only ${v.ports}: nothing translates ${v.address}:${v.port}.`,
  'service-not-translated': (v) =>
    `No rule of the node translates ${v.address}:${v.port} of Service ${v.service}, which has ready endpoints: kube-proxy does not run there, or its rules are gone.`,
  'service-has-no-ready-endpoint': (v) =>
    `Service ${v.service} has no ready endpoint for port ${v.port}${v.endpoints === 0 ? '' : ` (${v.endpoints} are not ready)`}.`,
  'search-was-cut': () =>
    'There are more combinations of assumptions than were tried; other explanations may exist.',
  'nothing-fits': () => 'No explanation that the model has fits what was seen.',
  'missing-facts': (v) => `What would help most, because the model had to ask for it: ${v.facts}.`,
};

/** A sentence for every code of a fix's side effect. */
export const SIDE_EFFECT_WORDS: Readonly<Record<string, (values: Values) => string>> = {
  'endpoint-sees-other-source': (v) =>
    `the endpoint no longer sees the client's own address ${v.was} but ${v.is}`,
  'asymmetric-return': (v) =>
    `requests still leave ${v.node} by ${v.out} and replies come back by ${v.back}: stateful devices between may object`,
  'breaks-working-flow': (v) => `breaks ${v.flows} flow(s) that work now`,
  'source-validation-weaker': () =>
    'spoofed sources that have any route are no longer refused on these devices',
  'needed-on-every-node': () => 'each node whose own programs are clients needs it',
  'route-covers-one-service': () =>
    'covers this Service address only; give the range with --facts (serviceNetwork)',
  'pod-sources-hidden': () =>
    'endpoints no longer see the addresses of pods either; network policies by source may break',
  'flannel-nft-ip-masq-does-not-reach-hosts': () =>
    "flannel's nftables mode returns before this rule for host sources; its own option does not help",
  'bridged-packets-pass-the-rules': () =>
    'all bridged packets of the node pass its iptables rules, which costs time',
  'node-routes-for-all': () => 'the node forwards for everybody who routes through it',
  'only-tcp-is-helped': () => 'large UDP datagrams are still lost',
  'opens-one-flow-only': () => 'other clients of the same rule stay blocked',
};

/** A finding's sentence; a code without words is printed with its values. */
export function findingWords(finding: Pick<Finding, 'code' | 'values'>): string {
  const words = FINDING_WORDS[finding.code] ?? SIDE_EFFECT_WORDS[finding.code];
  if (words) return words(finding.values);
  const values = Object.entries(finding.values).map(([name, value]) => `${name} ${value}`);
  return [finding.code.replaceAll('-', ' '), ...values].join(', ');
}
