import type { AddressName } from '../../kube/address-book.ts';
import { type ChainMeaning, serviceText } from '../../kube/rule-names.ts';
import type { Style } from '../text/style.ts';
import { displayWidth, wrap } from '../text/width.ts';
import type { EndNote, LineNote, PacketNote, RuleNote } from './line-note.ts';

/** A part of a note and how it is marked. */
export interface NotePart {
  readonly text: string;
  readonly mark: keyof Style | null;
}

/** A note in words, in parts that are two blanks apart. */
export function noteParts(note: LineNote): readonly NotePart[] {
  return note.kind === 'packet' ? packetParts(note) : ruleParts(note);
}

/** A note on one line. */
export function noteText(note: LineNote, style: Style): string {
  return noteParts(note)
    .map(({ text, mark }) => (mark === null ? text : style[mark](text)))
    .join('  ');
}

/** A note on lines of a width, which break between parts, and within one that is longer. */
export function noteLines(note: LineNote, style: Style, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { text, mark } of noteParts(note)) {
    const marked = (words: string): string => (mark === null ? words : style[mark](words));
    const length = displayWidth(text);
    if (used > 0 && used + 2 + length <= width) {
      line += `  ${marked(text)}`;
      used += 2 + length;
      continue;
    }
    if (used > 0) lines.push(line);
    const [last = '', ...before] = wrap(text, width, '  ').toReversed();
    lines.push(...before.toReversed().map(marked));
    line = marked(last);
    used = displayWidth(last);
  }
  return [...lines, line];
}

function packetParts(note: PacketNote): NotePart[] {
  const { flow, hook, table, chain, source, destination, rule, about, verdict } = note;
  const parts: NotePart[] = [];
  const add = (text: string, mark: NotePart['mark']): void => {
    if (text !== '') parts.push({ text, mark });
  };
  if (flow) {
    const arrow = flow.direction === 'to' ? '>' : '<';
    add(`${flow.id}${flow.about ? '!' : arrow}`, 'strong');
  }
  const own = chain !== null && chain !== hook?.toUpperCase() ? chain : '';
  const place = [hook ?? '', table ?? '', own].filter((word) => word !== '').join(' ');
  add(place, 'changed');
  if (hook === null) add(deviceWords(note), 'changed');
  const [from, to] = [endWords(source), endWords(destination)];
  if (from !== null || to !== null) {
    add(`${from ?? source.ip} -> ${to ?? destination.ip}`, null);
  }
  if (about) add(meaningWords(about), 'good');
  if (verdict !== null) add(`=> ${verdict}`, null);
  if (rule) {
    const where = rule.source ? ` (${rule.source.file}:${rule.source.line})` : '';
    add(`by ${rule.text}${where}`, 'faint');
  }
  return parts;
}

/** Where no rule tells the hook, the devices tell the side of it. */
function deviceWords({ iif, oif }: PacketNote): string {
  if (iif !== null && oif !== null) return `from ${iif} to ${oif}`;
  if (iif !== null) return `in by ${iif}`;
  return oif === null ? '' : `out by ${oif}`;
}

function ruleParts({ about, ends }: RuleNote): NotePart[] {
  return [
    ...(about ? [{ text: meaningWords(about), mark: 'good' } as const] : []),
    ...ends.map((end) => ({ text: `${end.ip} = ${endWords(end) ?? ''}`, mark: null })),
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
  services: 'entry of all Services',
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
