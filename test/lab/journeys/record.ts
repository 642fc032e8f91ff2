import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lab } from '../../../src/lab/lab.ts';
import { until } from '../../differential/paths/namespaces.ts';
import { POINTS } from './network.ts';

const TRAFFIC = fileURLToPath(new URL('traffic.mjs', import.meta.url));

/** FIRST-TAG,COUNT,HOST,PORT,SIZE[,LOCAL-PORT] of clients, by namespace. */
export interface Traffic {
  readonly namespace: string;
  readonly kind: 'tcp' | 'udp';
  readonly flows: readonly string[];
}

/**
 * Lets the traffic run in a built laboratory and leaves in the folder a capture of each point
 * (`n1-eth0.pcap`) and the kernel's log with this mark (`kernel.log`).
 */
export async function record(
  lab: Lab,
  folder: string,
  mark: string,
  traffic: readonly Traffic[],
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const started: ChildProcess[] = [];
  const run = (namespace: string, argv: readonly string[]): ChildProcess => {
    const enter = ['-t', `${lab.pid}`, '-m', '-n', 'ip', 'netns', 'exec', namespace];
    return spawn('nsenter', [...enter, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const said = async (child: ChildProcess, word: string): Promise<void> => {
    let text = '';
    const collect = (data: unknown): void => {
      text += String(data);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    await until(`${word} of ${child.spawnargs.slice(-6).join(' ')}`, () => text.includes(word));
  };
  const file = join(folder, 'kernel.log');
  const log = openSync(file, 'w');
  try {
    const follow = spawn('dmesg', ['--follow-new'], { stdio: ['ignore', log, 'ignore'] });
    started.push(follow);
    for (const [namespace, device] of POINTS) {
      const path = join(folder, `${namespace}-${device}.pcap`);
      const filter = 'tcp or udp or icmp';
      const argv = [
        'tcpdump',
        '-i',
        device,
        '-s',
        '400',
        '-B',
        '8192',
        '--immediate-mode',
        '-U',
        '-w',
        path,
        filter,
      ];
      const child = run(namespace, [...argv.slice(0, -1), '-Z', 'root', filter]);
      started.push(child);
      await said(child, 'listening on');
    }
    const server = run('p2', [process.execPath, TRAFFIC, 'server', '8080', '5353']);
    const outside = run('o1', [process.execPath, TRAFFIC, 'server', '8080', '5353']);
    started.push(server, outside);
    await Promise.all([said(server, 'listening'), said(outside, 'listening')]);
    await Promise.all(
      traffic.map(async ({ namespace, kind, flows }) => {
        const child = run(namespace, [process.execPath, TRAFFIC, kind, ...flows]);
        started.push(child);
        await once(child, 'exit');
      }),
    );
    await ended(lab, folder, mark);
  } finally {
    for (const child of started) child.kill('SIGTERM');
    await Promise.all(
      started.map((child) =>
        child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null,
      ),
    );
    closeSync(log);
  }
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, `${lines.filter((line) => line.includes(mark)).join('\n')}\n`);
}

/** Port of the last datagrams: nobody listens there. */
const LAST_PORT = 7777;
const ATTEMPTS = 4;

/**
 * The last datagrams pass every point, so that a file that holds them holds all before them. They
 * are sent again while they are waited for.
 */
async function ended(lab: Lab, folder: string, mark: string): Promise<void> {
  const file = (name: string): Buffer => readFileSync(join(folder, name));
  const port = Buffer.from([LAST_PORT >> 8, LAST_PORT & 255]);
  const send = ['10.244.2.2', '10.0.0.9'].map((host) => ({
    namespace: 'p1',
    argv: ['bash', '-c', `echo the end >/dev/udp/${host}/${LAST_PORT}; true`],
  }));
  const logged = new RegExp(`${mark} n2 mangle postrouting: .* DPT=${LAST_PORT} `);
  const arrived = (): boolean => {
    const captured = POINTS.every(([namespace, device]) =>
      file(`${namespace}-${device}.pcap`).includes(port),
    );
    return captured && logged.test(file('kernel.log').toString('latin1'));
  };
  for (let attempt = 1; ; attempt++) {
    await lab.run(send);
    try {
      await until('the last packet', arrived);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/** A capture as text, one line per frame. */
export function asText(pcap: string, options: readonly string[]): string {
  return execFileSync('tcpdump', ['-r', pcap, ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 1024 * 1024,
  });
}
