import { openSync } from 'node:fs';
import { ipv4 } from '../../packet/address.ts';
import { contains, type Prefix, parsePrefix } from '../../packet/prefix.ts';
import { closeFd, SystemCallError } from '../host/syscalls.ts';
import type { TunRelay } from '../topology/topology.ts';
import {
  AF_INET,
  bindSocket,
  controlDevice,
  openSocket,
  readBytes,
  receiveBytes,
  SOCK_DGRAM,
  sendBytesTo,
  writeBytes,
} from './calls.ts';
import { netUnreachable, passedOn } from './ipv4-packet.ts';
import { type Poller, READABLE } from './poller.ts';
import { parsedAddress, sockaddr } from './sockaddr.ts';

/** linux/if_tun.h */
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const O_NONBLOCK = 0o4000;
const O_RDWR = 2;

/** Where a lease's packets go: the underlay address and port of its relay. */
export interface Lease {
  readonly subnet: string;
  readonly address: string;
  readonly port: number;
}

/** Opens a TUN device in this thread's namespace; it exists until the descriptor is closed. */
export function openTun(device: string): number {
  const fd = openSync('/dev/net/tun', O_RDWR | O_NONBLOCK);
  const request = Buffer.alloc(40);
  request.write(device, 0, 15, 'latin1');
  request.writeUInt16LE(IFF_TUN | IFF_NO_PI, 16);
  try {
    controlDevice(fd, TUNSETIFF, request);
  } catch (error) {
    closeFd(fd);
    throw error;
  }
  return fd;
}

/**
 * Carries packets between a TUN device and UDP, as flannel's proxy does: the destination's lease is the
 * next hop, the TTL is taken down on both ways and a packet whose TTL ends is lost without a word, an
 * unknown destination is answered with net unreachable. flannel: proxy_amd64.c, tun_to_udp(), udp_to_tun().
 */
export class Relay {
  readonly #poller: Poller;
  readonly #tun: number;
  readonly #socket: number;
  readonly #own: number;
  readonly #routes: readonly { readonly subnet: Prefix; readonly to: Buffer }[];
  /** As long as the MTU: flannel cuts what is longer, and the kernel drops it then. */
  readonly #room: Buffer;

  /** To be made inside the namespace, when `relay.local` is an address of it. */
  constructor(poller: Poller, tun: number, relay: TunRelay, leases: readonly Lease[]) {
    this.#poller = poller;
    this.#tun = tun;
    this.#own = ipv4Bits(relay.address.replace(/\/.*/, ''));
    this.#room = Buffer.alloc(relay.mtu);
    this.#routes = leases.map(({ subnet, address, port }) => ({
      subnet: leasePrefix(subnet),
      to: sockaddr({ address, port }),
    }));
    this.#socket = openSocket(AF_INET, SOCK_DGRAM);
    try {
      bindSocket(this.#socket, sockaddr({ address: relay.local, port: relay.port }));
    } catch (error) {
      closeFd(this.#socket);
      throw error;
    }
    poller.watch(tun, READABLE, () => this.#carry(() => this.#outward()));
    poller.watch(this.#socket, READABLE, () => this.#carry(() => this.#inward()));
  }

  close(): void {
    for (const fd of [this.#tun, this.#socket]) {
      this.#poller.forget(fd);
      closeFd(fd);
    }
  }

  /** Until nothing is left. An error is one lost packet: flannel logs it and goes on. */
  #carry(one: () => boolean): void {
    for (;;) {
      try {
        if (!one()) return;
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error;
        // The device is down or gone; the next event tells more.
        if (error.errno === 'EIO' || error.errno === 'EBADFD') return;
      }
    }
  }

  #outward(): boolean {
    const packet = readBytes(this.#tun, this.#room);
    if (packet === null) return false;
    if (!isIpv4(packet)) return true;
    const destination = ipv4(packet.readUInt32BE(16));
    const route = this.#routes.find(({ subnet }) => contains(subnet, destination));
    if (!route) {
      const answer = netUnreachable(packet, this.#own);
      if (answer) writeBytes(this.#tun, answer);
      return true;
    }
    if (passedOn(packet)) sendBytesTo(this.#socket, packet, route.to);
    return true;
  }

  #inward(): boolean {
    const packet = receiveBytes(this.#socket, this.#room);
    if (packet === null) return false;
    if (isIpv4(packet) && passedOn(packet)) writeBytes(this.#tun, packet);
    return true;
  }
}

function isIpv4(packet: Buffer): boolean {
  return packet.length >= 20 && packet.readUInt8(0) >> 4 === 4;
}

function leasePrefix(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (prefix === null) throw new Error(`no subnet: ${text}`);
  return prefix;
}

function ipv4Bits(text: string): number {
  const address = parsedAddress(text);
  if (address.family !== 4) throw new Error(`no IPv4 address: ${text}`);
  return address.bits;
}
