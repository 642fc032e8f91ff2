import { close } from 'node:fs';
import { closeFd } from '../host/syscalls.ts';
import type { Blind, Sighting } from '../report.ts';
import { blindBy } from './blind.ts';
import { realToMonotonic } from './clocks.ts';
import type { DeviceNames } from './device-names.ts';
import { linkTypeOf, packetOf } from './frame.ts';
import type { ControlMessage, MessageBatch } from './message-batch.ts';
import type { HostContext } from './observer.ts';
import { stampOf, stampPackets } from './packet-timestamps.ts';
import { biggerBuffer } from './socket-buffer.ts';
import { bindSocket, getOption, openSocket, setOption } from './system-calls.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETH_P_ALL = 3;
const SOL_PACKET = 263;
const PACKET_STATISTICS = 6;
const PACKET_AUXDATA = 8;

/** `struct sockaddr_ll` */
const SLL = { family: 0, protocol: 2, index: 4, hardware: 8, packetType: 10 };
const PACKET_OUTGOING = 4;

const ADDRESSED: readonly Sighting['addressedTo'][] = ['us', 'broadcast', 'multicast', 'other'];

/** `struct tpacket_auxdata` */
const AUX = { status: 0, tag: 16, protocol: 18 };
const TP_STATUS_VLAN_VALID = 1 << 4;
const TP_STATUS_VLAN_TPID_VALID = 1 << 6;
const ETHER_VLAN = 0x8100;

interface Tap {
  readonly namespace: string;
  readonly fd: number;
}

/**
 * One packet socket per namespace that sees every device of it, in both directions. A packet on a
 * loopback device is seen twice, as it leaves and as it arrives, like on a pair of devices. No device
 * is made promiscuous: a veth hands up whatever it gets, and other settings stay as they are.
 * Linux: packet_rcv() in net/packet/af_packet.c.
 */
export class PacketSockets {
  readonly #names: DeviceNames;
  readonly #batch: MessageBatch;
  readonly #taps: readonly Tap[];
  readonly #toMonotonic = realToMonotonic();
  readonly blind: readonly Blind[];

  constructor(context: HostContext, names: DeviceNames, batch: MessageBatch) {
    this.#names = names;
    this.#batch = batch;
    const taps: Tap[] = [];
    const blind: Blind[] = [];
    for (const namespace of context.names()) {
      try {
        const fd = context.inside(namespace, openTap);
        taps.push({ namespace, fd });
      } catch (error) {
        blind.push(blindBy('captures', namespace, error));
      }
    }
    this.#taps = taps;
    this.blind = blind;
  }

  /** Reads what waits in all sockets, each namespace's frames in the order of their arrival. */
  drain(sighting: (sighting: Sighting) => void): void {
    for (const tap of this.#taps) {
      this.#batch.drain(tap.fd, ({ data, name, control }) => {
        const index = name.getInt32(SLL.index, true);
        const linkType = linkTypeOf(name.getUint16(SLL.hardware, true));
        const type = name.getUint8(SLL.packetType);
        const frame = withTag(data, control);
        sighting({
          time: this.#timeOf(control),
          namespace: tap.namespace,
          device: this.#names.nameOf(tap.namespace, index),
          direction: type === PACKET_OUTGOING ? 'out' : 'in',
          addressedTo: ADDRESSED[type] ?? addressedBy(frame, linkType),
          frame: Buffer.from(frame).toString('hex'),
          linkType,
          packet: packetOf(frame, linkType),
        });
      });
    }
  }

  /** Namespaces whose sockets could not keep up since the last call. */
  lost(): readonly Blind[] {
    return this.#taps.flatMap(({ namespace, fd }) => {
      const dropped = getOption(fd, SOL_PACKET, PACKET_STATISTICS, 8).getUint32(4, true);
      const detail = `${dropped} frames`;
      return dropped > 0 ? [{ what: 'captures', why: 'lost', namespace, detail } as const] : [];
    });
  }

  /**
   * Closes all sockets. The kernel takes a grace period of some ten milliseconds for each, which
   * nobody has to wait for: it passes in other threads.
   */
  close(): void {
    for (const { fd } of this.#taps) close(fd);
  }

  #timeOf(control: readonly ControlMessage[]): number {
    return Number((stampOf(control) ?? 0n) + this.#toMonotonic);
  }
}

function openTap(): number {
  const fd = openSocket(AF_PACKET, SOCK_RAW, 0);
  try {
    stampPackets(fd);
    setOption(fd, SOL_PACKET, PACKET_AUXDATA, 1);
    biggerBuffer(fd);
    const address = new DataView(new ArrayBuffer(20));
    address.setUint16(SLL.family, AF_PACKET, true);
    address.setUint16(SLL.protocol, ETH_P_ALL, false);
    bindSocket(fd, new Uint8Array(address.buffer));
    return fd;
  } catch (error) {
    closeFd(fd);
    throw error;
  }
}

/** The kernel keeps a VLAN tag beside the frame; on the wire it stands behind the addresses. */
function withTag(frame: Uint8Array, control: readonly ControlMessage[]): Uint8Array {
  const aux = control.find(({ level, type }) => level === SOL_PACKET && type === PACKET_AUXDATA);
  const status = aux?.data.getUint32(AUX.status, true) ?? 0;
  if (!aux || !(status & TP_STATUS_VLAN_VALID)) return frame;
  const tagged = new Uint8Array(frame.length + 4);
  tagged.set(frame.subarray(0, 12));
  const view = new DataView(tagged.buffer);
  const named = status & TP_STATUS_VLAN_TPID_VALID;
  view.setUint16(12, named ? aux.data.getUint16(AUX.protocol, true) : ETHER_VLAN);
  view.setUint16(14, aux.data.getUint16(AUX.tag, true));
  tagged.set(frame.subarray(12), 16);
  return tagged;
}

/** To whom a frame that leaves is addressed; the kernel says so only of those that arrive. */
function addressedBy(frame: Uint8Array, linkType: Sighting['linkType']): Sighting['addressedTo'] {
  if (linkType !== 1) return 'other';
  const address = frame.subarray(0, 6);
  if (address.every((byte) => byte === 0xff)) return 'broadcast';
  return (address[0] ?? 0) & 1 ? 'multicast' : 'other';
}
