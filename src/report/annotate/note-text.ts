import type { AddressName } from '../../kube/address-book.ts';
import { type ChainMeaning, serviceText } from '../../kube/rule-names.ts';
import type { Style } from '../text/style.ts';
import type { EndNote, LineNote, PacketNote, RuleNote } from './line-note.ts';

/** A note in words, short enough to stand behind its line; parts are two blanks apart. */
export function noteText(note: LineNote, style: Style): string {
  return (note.kind === 'packet' ? packetParts(note, style) : ruleParts(note, style)).join('  ');
}

function packetParts(note: PacketNote, style: Style): string[] {
  const { flow, hook, table, chain, source, destination, rule, about, verdict } = note;
  const parts: string[] = [];
  if (flow) {
    const arrow = flow.direction === 'to' ? '>' : '<';
    parts.push(style.strong(`${flow.id}${flow.about ? '!' : arrow}`));
  }
  const place = [
    hook ?? '',
    table ?? '',
    chain !== null && chain !== hook?.toUpperCase() ? chain : '',
  ]
    .filter((word) => word !== '')
    .join(' ');
  if (place !== '') parts.push(style.changed(place));
  const [from, to] = [endWords(source), endWords(destination)];
  if (from !== null || to !== null) {
    parts.push(`${from ?? source.ip} -> ${to ?? destination.ip}`);
  }
  if (about) parts.push(style.good(meaningWords(about)));
  if (verdict !== null) parts.push(`=> ${verdict}`);
  if (rule) {
    const where = rule.source ? ` (${rule.source.file}:${rule.source.line})` : '';
    parts.push(style.faint(`by ${rule.text}${where}`));
  }
  return parts;
}

function ruleParts({ about, ends }: RuleNote, style: Style): string[] {
  return [
    ...(about ? [style.good(meaningWords(about))] : []),
    ...ends.map((end) => `${end.ip} = ${endWords(end) ?? ''}`),
  ];
}

function endWords({ name }: EndNote): string | null {
  return name && nameWords(name);
}

/** `Service prod/web:http`, `endpoint of prod/web (pod prod/web-1)`. */
export function nameWords(name: AddressName): string {
  switch (name.kind) {
    case 'service':
      return name.port === null
        ? `Service ${name.namespace}/${name.name} (no such port)`
        : `Service ${serviceText(name)}`;
    case 'endpoint':
      return `endpoint of ${name.namespace}/${name.name}${name.pod === null ? '' : ` (pod ${name.pod})`}`;
    case 'pod':
      return `pod ${name.namespace}/${name.name}`;
    case 'node':
      return `node ${name.name}${name.device === null ? '' : ` ${name.device}`}`;
    case 'pod-network':
      return `a pod's address on ${name.node}`;
  }
}

const ROLES: Readonly<Record<NonNullable<ChainMeaning['role']>, string>> = {
  services: 'all Services',
  'node-ports': 'node ports',
  service: 'Service',
  'service-local': 'Service, endpoints of this node,',
  external: 'Service, from outside,',
  endpoint: 'endpoint',
  firewall: 'sources a Service allows',
  'mark-masq': 'asks for masquerading',
  'mark-drop': 'marks for dropping',
  postrouting: 'masquerades what is marked',
  forward: 'kube-proxy: what may be forwarded',
  canary: 'kube-proxy: notices a flush',
  other: 'of Kubernetes',
  policy: 'network policy',
};

/** What a chain is for: `endpoint 10.244.1.9:8080 of Service prod/web:http`. */
export function meaningWords({ role, service, endpoint, policy }: ChainMeaning): string {
  const head = role === null ? '' : ROLES[role];
  if (policy !== null) return `network policy ${policy}`;
  if (service === null) return head;
  if (role === 'endpoint')
    return `endpoint ${endpoint ?? ''} of Service ${service}`.replace('  ', ' ');
  return /Service/.test(head) && role !== 'services' && role !== 'firewall'
    ? `${head} ${service}`
    : `Service ${service}${head === '' ? '' : ` (${head})`}`;
}
