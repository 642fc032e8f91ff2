import type { Lab, LabCommand } from '../../lab/lab.ts';
import { LabError } from '../../lab/open-lab.ts';
import { labName } from './compose.ts';

/** A capture that tcpdump wrote, by its path in the layout of evidence. */
export interface RecordedCapture {
  /** `n1/eth0.pcap`, `n1/netns/client/eth0.pcap`. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** It prints its counts when it has written all. A program in the background takes no SIGINT. */
const STOP = `
kill -TERM "$1"
n=0
until grep -q 'received by filter' "$2.log"; do
  n=$((n + 1))
  [ $n -lt 100 ] || exit 1
  sleep 0.05
done`;

/** Until tcpdump says that it listens, or 5 seconds. */
const START = `
tcpdump -i "$1" -U --immediate-mode -nn -w "$2" 2>"$2.log" >/dev/null </dev/null &
echo $!
n=0
until grep -q '^tcpdump: listening' "$2.log"; do
  n=$((n + 1))
  [ $n -lt 100 ] || exit 1
  sleep 0.05
done`;

/**
 * Runs tcpdump on devices of a laboratory while something is done there: evidence as users have it.
 * @param devices `PLACE DEVICE`
 */
export async function withTcpdump(
  lab: Lab,
  devices: readonly string[],
  work: () => Promise<void>,
): Promise<readonly RecordedCapture[]> {
  const captures = devices.map((text, index) => {
    const [place = '', device = ''] = text.split(' ');
    return { place, device, namespace: labName(place), file: `/run/capture-${index}` };
  });
  const pids: string[] = [];
  for (const { namespace, device, file } of captures) {
    pids.push(await run(lab, { namespace, argv: ['sh', '-c', START, 'sh', device, file] }));
  }
  await work();
  const read: RecordedCapture[] = [];
  for (const [index, { place, device, namespace, file }] of captures.entries()) {
    const pid = pids[index]?.trim() ?? '';
    await run(lab, { namespace, argv: ['sh', '-c', STOP, 'sh', pid, file] });
    const text = await run(lab, { namespace, argv: ['base64', '-w', '0', file] });
    const path = `${place.replace('/', '/netns/')}/${device}.pcap`;
    read.push({ path, bytes: Buffer.from(text, 'base64') });
  }
  return read;
}

async function run(lab: Lab, command: LabCommand): Promise<string> {
  const [report] = await lab.run([command]);
  if (report?.status !== 0) {
    throw new LabError(`${command.argv.join(' ')}: ${report?.stderr.trim() || 'failed'}`);
  }
  return report.stdout;
}
