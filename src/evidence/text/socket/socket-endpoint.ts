import { type Address, IPV4_ANY, parseAddress } from '../../../packet/address.ts';
import { servicePort } from '../service-ports.ts';

/** One end of a socket as ss and netstat print it. */
export interface SocketEnd {
  readonly address: Address;
  readonly port: number | null;
  readonly device: string | null;
}

/** `10.0.0.1:80`, `10.0.0.1%eth0:80`, `[fe80::1]%eth0:80`, `fd00::1:80`, `*:80`, `0.0.0.0:*`. */
export function parseSocketEnd(text: string): SocketEnd | null {
  const at = text.lastIndexOf(':');
  if (at <= 0) return null;
  const port = text.slice(at + 1);
  let host = text.slice(0, at);
  let device: string | null = null;
  const percent = host.indexOf('%');
  if (percent >= 0) {
    device = host.slice(percent + 1).replace(/\]$/, '');
    host = host.slice(0, percent);
  }
  const address = host === '*' ? IPV4_ANY : parseAddress(host.replace(/^\[|\]$/g, ''));
  if (!address || device === '' || (device?.length ?? 0) > 15) return null;
  const number = /^\d{1,5}$/.test(port) ? Number(port) : servicePort(port);
  return { address, port: number !== null && number <= 65_535 ? number : null, device };
}
