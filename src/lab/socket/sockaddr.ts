import { type Address, formatAddress, ipv4, parseAddress } from '../../packet/address.ts';
import { AF_INET, AF_INET6 } from './calls.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** struct sockaddr_in or sockaddr_in6. `scope`: the device's index for a link-local address. */
export function sockaddr({ address, port }: Endpoint, scope = 0): Buffer {
  const parsed = parsedAddress(address);
  const bytes = Buffer.alloc(parsed.family === 4 ? 16 : 28);
  bytes.writeUInt16LE(familyOf(parsed), 0);
  bytes.writeUInt16BE(port, 2);
  addressBytes(parsed).copy(bytes, parsed.family === 4 ? 4 : 8);
  if (parsed.family === 6) bytes.writeUInt32LE(scope, 24);
  return bytes;
}

/** Reads a sockaddr of either family. */
export function endpointOf(bytes: Buffer): Endpoint {
  const v4 = bytes.readUInt16LE(0) === AF_INET;
  const address = v4 ? bytes.subarray(4, 8) : bytes.subarray(8, 24);
  return { address: addressText(address), port: bytes.readUInt16BE(2) };
}

/** The address family's number for an address; throws for text that is none. */
export function familyNumber(address: string): number {
  return familyOf(parsedAddress(address));
}

/** 4 or 16 bytes in network order. */
export function addressBytes(address: Address): Buffer {
  if (address.family === 4) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(address.bits);
    return bytes;
  }
  return Buffer.from(address.bits.toString(16).padStart(32, '0'), 'hex');
}

/** Text of 4 or 16 bytes in network order. */
export function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return formatAddress(ipv4(bytes.readUInt32BE()));
  return formatAddress({ family: 6, bits: BigInt(`0x${bytes.toString('hex')}`) });
}

export function parsedAddress(text: string): Address {
  const address = parseAddress(text);
  if (address === null) throw new Error(`no address: ${text}`);
  return address;
}

function familyOf(address: Address): number {
  return address.family === 4 ? AF_INET : AF_INET6;
}
