import { closeSync, existsSync, openSync, writeSync } from 'node:fs';

/** Inputs of the evidence bench: connections that all go on at once, packet by packet. */

const CONNECTIONS = 2000;
const START = 1_700_000_000;
const CHUNK = 1_048_576;
const ETHERNET = 14;
const HEADERS = ETHERNET + 20 + 32;

/** Packet `index` of the mixture: which connection, which of its packets, which way. */
interface Mixed {
  readonly connection: number;
  readonly turn: number;
  readonly isReply: boolean;
  readonly payload: number;
}

function mixed(index: number): Mixed {
  const connection = index % CONNECTIONS;
  const turn = Math.floor(index / CONNECTIONS);
  const isReply = turn % 2 === 1;
  return { connection, turn, isReply, payload: turn < 2 || isReply ? 0 : 100 };
}

/** Writes `count` packets of TCP as pcap; keeps a file that is there. */
export function writeCapture(path: string, count: number): void {
  writePieces(path, count, (index, buffer, at) => {
    const start = index === 0 ? writeFileHeader(buffer) : 0;
    return start + writePacket(index, buffer, at + start);
  });
}

function writePieces(
  path: string,
  count: number,
  write: (index: number, buffer: Buffer, at: number) => number,
): void {
  if (existsSync(path)) return;
  const file = openSync(path, 'w');
  const buffer = Buffer.alloc(CHUNK);
  let used = 0;
  for (let index = 0; index < count; index++) {
    if (used > CHUNK - 1024) {
      writeSync(file, buffer, 0, used);
      used = 0;
    }
    used += write(index, buffer, used);
  }
  writeSync(file, buffer, 0, used);
  closeSync(file);
}

function writeFileHeader(buffer: Buffer): number {
  buffer.writeUInt32LE(0xa1b2c3d4, 0);
  buffer.writeUInt16LE(2, 4);
  buffer.writeUInt16LE(4, 6);
  buffer.writeUInt32LE(262_144, 16);
  buffer.writeUInt32LE(1, 20);
  return 24;
}

function writePacket(index: number, buffer: Buffer, from: number): number {
  const { connection, turn, isReply, payload } = mixed(index);
  const length = HEADERS + payload;
  buffer.fill(0, from, from + 16 + length);
  buffer.writeUInt32LE(START + Math.floor(index / 10_000), from);
  buffer.writeUInt32LE((index % 10_000) * 100, from + 4);
  buffer.writeUInt32LE(length, from + 8);
  buffer.writeUInt32LE(length, from + 12);
  const ip = from + 16 + ETHERNET;
  buffer.writeUInt16BE(0x0800, ip - 2);
  buffer[ip] = 0x45;
  buffer.writeUInt16BE(length - ETHERNET, ip + 2);
  buffer.writeUInt16BE(index & 0xffff, ip + 4);
  buffer[ip + 8] = 64;
  buffer[ip + 9] = 6;
  const client = 0x0a00_0001 + Math.floor(connection / 16);
  const server = 0x0a60_0001;
  buffer.writeUInt32BE(isReply ? server : client, ip + 12);
  buffer.writeUInt32BE(isReply ? client : server, ip + 16);
  const tcp = ip + 20;
  const port = 30_000 + connection;
  buffer.writeUInt16BE(isReply ? 80 : port, tcp);
  buffer.writeUInt16BE(isReply ? port : 80, tcp + 2);
  buffer.writeUInt32BE((isReply ? 7000 : 1000) * connection + 100 * (turn >> 1), tcp + 4);
  buffer.writeUInt32BE(turn === 0 ? 0 : (isReply ? 1000 : 7000) * connection + turn, tcp + 8);
  buffer[tcp + 12] = 0x80;
  buffer[tcp + 13] = turn === 0 ? 2 : turn === 1 ? 0x12 : 0x18;
  buffer.writeUInt16BE(500, tcp + 14);
  buffer.writeUInt32BE(0x0101080a, tcp + 20);
  buffer.writeUInt32BE(index, tcp + 24);
  buffer.writeUInt32BE(Math.max(0, index - 100), tcp + 28);
  return 16 + length;
}

/** Writes `count` lines of a LOG rule in the kernel's log, of the same packets. */
export function writeLog(path: string, count: number): void {
  writePieces(path, count, (index, buffer, at) => buffer.write(logLine(index), at, 'latin1'));
}

function logLine(index: number): string {
  const { connection, turn, isReply, payload } = mixed(index);
  const second = Math.floor(index / 10_000);
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const client = `10.0.${connection >> 12}.${(connection >> 4) & 255}`;
  const [source, destination] = isReply ? ['10.96.0.1', client] : [client, '10.96.0.1'];
  const port = 30_000 + connection;
  const [sport, dport] = isReply ? [80, port] : [port, 80];
  const flags = turn === 0 ? 'SYN' : turn === 1 ? 'ACK SYN' : 'ACK PSH';
  const place = isReply
    ? 'raw in: IN=eth0 OUT= MAC=02:00:00:00:00:0b:02:00:00:00:00:0a:08:00'
    : 'raw out: IN= OUT=eth0';
  return (
    `Nov 25 ${clock} node1 kernel: [${(index / 10_000).toFixed(6)}] ${place} SRC=${source} ` +
    `DST=${destination} LEN=${52 + payload} TOS=0x00 PREC=0x00 TTL=64 ID=${index & 0xffff} DF PROTO=TCP ` +
    `SPT=${sport} DPT=${dport} WINDOW=500 RES=0x00 ${flags} URGP=0 \n`
  );
}
