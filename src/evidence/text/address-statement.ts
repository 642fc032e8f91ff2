import { parseIpv4 } from '../../packet/address.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import type { Statement } from '../evidence.ts';

type AddressStatement = Extract<Statement, { kind: 'address' }>;

/** A line that ends with an address, and what stands before it. */
const TAIL =
  /(?:^|[\s:：=(（,，])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:\/(\d{1,2})|:(\d{1,5}))?[)）。.]?$/;
const IP_ADDR =
  /^inet (\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\/(\d{1,2}) .{0,80}\bscope \S{1,10} .{0,20}?(\S{1,15})$/;
const DEVICE =
  /(?:^|[^A-Za-z0-9._-])((?:eth|ens|enp|eno|em|bond|br|docker|flannel|cni|cali|tunl|tun|veth|vxlan|wlan|wg|weave|lxc)[A-Za-z0-9-]{0,10}\d(?:\.\d{1,4})?|br-[0-9a-f]{12}|cbr0|weave|cilium_\w{1,10}|lo)(?![A-Za-z0-9])/;
const ENDPOINT = /endpoint|backend|端点|后端|\bpods?\b/i;
const SERVICE = /service|cluster ?ip|\bvip\b|服务(?!器)|虚拟/i;

const MAX_HEADING = 60;

/**
 * An address under or after words that say what it is of: `eth0: 10.0.0.1/24`, a heading in any
 * language with a device's name in it, `inet ...` of ip(8). Null for any other line.
 */
export function parseAddressStatement(
  line: string,
  heading: string | null,
  source: SourceRef,
): AddressStatement | null {
  const inet = IP_ADDR.exec(line);
  if (inet) {
    const [, address, length, device] = inet;
    return statement(
      { address, length, port: undefined, device: device ?? null },
      'device',
      source,
    );
  }
  const tail = TAIL.exec(line);
  if (!tail) return null;
  const before = line.slice(0, tail.index).trim();
  const words = before === '' ? heading : before;
  if (words === null || words.length > MAX_HEADING) return null;
  const device = DEVICE.exec(words)?.[1] ?? null;
  const role = device
    ? 'device'
    : ENDPOINT.test(words)
      ? 'endpoint'
      : SERVICE.test(words)
        ? 'service'
        : null;
  if (role === null) return null;
  const [, address, length, port] = tail;
  return statement({ address, length, port, device }, role, source);
}

interface StatedParts {
  readonly address: string | undefined;
  readonly length: string | undefined;
  readonly port: string | undefined;
  readonly device: string | null;
}

function statement(
  parts: StatedParts,
  role: AddressStatement['role'],
  source: SourceRef,
): AddressStatement | null {
  const address = parseIpv4(parts.address ?? '');
  const prefixLength = parts.length === undefined ? null : Number(parts.length);
  const port = parts.port === undefined ? null : Number(parts.port);
  if (!address || (prefixLength ?? 0) > 32 || (port ?? 0) > 65535) return null;
  const { device } = parts;
  return {
    kind: 'address',
    device,
    address,
    prefixLength,
    port,
    role,
    confidence: 'stated',
    source,
  };
}
