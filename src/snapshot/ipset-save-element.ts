import { readProtocol } from './iptables-save/protocol-name.ts';

/**
 * An element as `ipset save` prints it with its names made numbers: `1.1.1.1,icmp:echo-request`
 * becomes `1.1.1.1,icmp:8/0`, and `ospf:0` becomes `89:0`. Other elements stay as they are.
 */
export function numericElement(element: string): string {
  if (!element.includes(':')) return element;
  return element
    .split(',')
    .map((part) => numericPort(part))
    .join(',');
}

/** `protocol:port`; a MAC or IPv6 address has another colon, `physdev:eth0` no protocol. */
function numericPort(part: string): string {
  const found = /^([a-z][\w.-]*):([\w/-]+)$/i.exec(part);
  const [, name = '', port = ''] = found ?? [];
  const protocol = found ? readProtocol(name) : null;
  if (protocol === null) return part;
  const names = protocol === 1 ? ICMP : protocol === 58 ? ICMPV6 : null;
  return `${protocol}:${names?.get(port.toLowerCase()) ?? port}`;
}

/** ICMP types and codes by the names of ipset 7.17: docs/lab-notes/xtables-ipset-save.md. */
const ICMP: ReadonlyMap<string, string> = new Map([
  ['echo-reply', '0/0'],
  ['network-unreachable', '3/0'],
  ['host-unreachable', '3/1'],
  ['protocol-unreachable', '3/2'],
  ['port-unreachable', '3/3'],
  ['fragmentation-needed', '3/4'],
  ['source-route-failed', '3/5'],
  ['network-unknown', '3/6'],
  ['host-unknown', '3/7'],
  ['network-prohibited', '3/9'],
  ['host-prohibited', '3/10'],
  ['tos-network-unreachable', '3/11'],
  ['tos-host-unreachable', '3/12'],
  ['communication-prohibited', '3/13'],
  ['host-precedence-violation', '3/14'],
  ['precedence-cutoff', '3/15'],
  ['source-quench', '4/0'],
  ['network-redirect', '5/0'],
  ['host-redirect', '5/1'],
  ['tos-network-redirect', '5/2'],
  ['tos-host-redirect', '5/3'],
  ['echo-request', '8/0'],
  ['router-advertisement', '9/0'],
  ['router-solicitation', '10/0'],
  ['ttl-zero-during-transit', '11/0'],
  ['ttl-zero-during-reassembly', '11/1'],
  ['ip-header-bad', '12/0'],
  ['required-option-missing', '12/1'],
  ['timestamp-request', '13/0'],
  ['timestamp-reply', '14/0'],
  ['address-mask-request', '17/0'],
  ['address-mask-reply', '18/0'],
]);

const ICMPV6: ReadonlyMap<string, string> = new Map([
  ['no-route', '1/0'],
  ['communication-prohibited', '1/1'],
  ['address-unreachable', '1/3'],
  ['port-unreachable', '1/4'],
  ['packet-too-big', '2/0'],
  ['ttl-zero-during-transit', '3/0'],
  ['ttl-zero-during-reassembly', '3/1'],
  ['bad-header', '4/0'],
  ['unknown-header-type', '4/1'],
  ['unknown-option', '4/2'],
  ['echo-request', '128/0'],
  ['echo-reply', '129/0'],
  ['router-solicitation', '133/0'],
  ['router-advertisement', '134/0'],
  ['neighbour-solicitation', '135/0'],
  ['neighbour-advertisement', '136/0'],
  ['redirect', '137/0'],
]);
