import type { Injection } from '../flow.ts';
import { closeFd } from '../host/syscalls.ts';
import { AF_PACKET, deviceIndex, openSocket, SOCK_RAW, sendBytesTo } from './calls.ts';

const ETHERNET_HEADER = 14;

/** Puts a whole frame on a wire; to be called inside the namespace. Throws what the kernel refuses. */
export function injectFrame({ device, frame }: Injection): void {
  const bytes = Buffer.from(frame, 'hex');
  const fd = openSocket(AF_PACKET, SOCK_RAW);
  try {
    sendBytesTo(fd, bytes, linkAddress(deviceIndex(device), etherType(bytes)));
  } finally {
    closeFd(fd);
  }
}

/** struct sockaddr_ll */
function linkAddress(index: number, etherType: number): Buffer {
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(etherType, 2);
  address.writeInt32LE(index, 4);
  return address;
}

/** Of an Ethernet frame; devices without a link header (TUN) take the protocol from the packet. */
function etherType(frame: Buffer): number {
  if (frame.length >= ETHERNET_HEADER) return frame.readUInt16BE(ETHERNET_HEADER - 2);
  return 0;
}
