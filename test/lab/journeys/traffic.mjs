// Runs in a namespace of the laboratory: a server or a client whose payloads carry unique tags.
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';

const [role, ...args] = process.argv.slice(2);
const number = (value) => Number(value);

/** A tag: 4 bytes at the beginning of each payload, never 0. */
function payload(tag, size) {
  const bytes = Buffer.alloc(Math.max(4, size), tag & 0xff);
  bytes.writeUInt32BE(tag, 0);
  return bytes;
}

if (role === 'server') serve(...args.map(number));
else if (role === 'tcp') await many(args, tcp);
else if (role === 'udp') await many(args, udp);

/** Answers each message with one of its own, whose tag is the message's with the highest bit. */
function serve(tcpPort, udpPort) {
  createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('data', (data) => {
      if (data.length >= 4) socket.write(payload((data.readUInt32BE(0) | 0x80000000) >>> 0, 40));
    });
    socket.on('end', () => socket.end());
    socket.on('error', () => socket.destroy());
  }).listen(tcpPort, '::', () => process.stdout.write('listening\n'));
  for (const kind of ['udp4', 'udp6']) {
    const socket = createSocket({ type: kind, ipv6Only: kind === 'udp6' });
    socket.on('message', (data, { address, port }) => {
      socket.send(payload((data.readUInt32BE(0) | 0x80000000) >>> 0, data.length), port, address);
    });
    socket.bind(udpPort);
  }
}

/** FIRST-TAG COUNT HOST PORT SIZE [LOCAL-PORT] groups, all at once. */
async function many(list, run) {
  await Promise.all(list.map((text) => run(...text.split(','))));
}

/** COUNT connections one after the other, with three messages each; of one local port each ends with a reset. */
async function tcp(first, count, host, port, size, localPort) {
  let tag = number(first);
  for (let at = 0; at < number(count); at++) {
    await new Promise((resolve) => {
      const socket = connect({
        host,
        port: number(port),
        localPort: localPort ? number(localPort) : undefined,
      });
      socket.setNoDelay(true);
      let left = 3;
      const next = () => socket.write(payload(tag++, number(size)));
      socket.on('connect', next);
      socket.on('data', () => {
        left--;
        if (left > 0) next();
        else if (localPort) {
          socket.resetAndDestroy();
          resolve();
        } else socket.end();
      });
      socket.on('close', resolve);
      socket.on('error', resolve);
    });
  }
}

/** COUNT datagrams from one socket, each after the answer to the one before or 300 ms. */
async function udp(first, count, host, port, size) {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  for (let at = 0; at < number(count); at++) {
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, 300);
      socket.once('message', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.once('error', resolve);
      socket.send(payload(number(first) + at, number(size)), number(port), host);
    });
  }
  socket.close();
}
