import { Command } from 'commander';
import type { SetExit } from '../exit-code.ts';
import { usageFailure } from '../failure.ts';
import { addFlowOptions } from '../flow-options.ts';
import { type FlowText, readFlowText } from '../flow-text.ts';
import type { Io } from '../io.ts';

interface ReplayOptions extends FlowText {
  readonly tries: string;
  readonly keep?: boolean;
  readonly pcap?: string;
  readonly json?: boolean;
}

/** `hookline replay`. */
export function replayCommand(io: Io, setExit: SetExit): Command {
  const command = new Command('replay')
    .description('rebuild a snapshot on a real kernel, send the flow, and hold the model beside it')
    .argument('<snapshot>', 'the folder or tar of a snapshot');
  return addFlowOptions(command)
    .option('--tries <number>', 'send it so often: a kernel may choose at random', '1')
    .option('--keep', 'let it stand, and say how to enter and how to remove it')
    .option('--pcap <folder>', "write each device's packets as a capture file")
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Nothing of this machine is changed: everything is built in namespaces that end with the program.
Exit codes: 0 the flow arrives, 1 it does not, 2 undetermined: something that matters could not be
rebuilt, or kernel and model disagree.

Examples:
  hookline replay snapshot --from n1 --to 10.96.10.2:80
  hookline replay snapshot --from n1 --to svc/default/web --tries 20
  hookline replay snapshot --from n1 --in eth0 --src 192.168.10.10 --to 192.168.10.11:30080
  hookline replay snapshot.tar --from n1 --to 10.96.10.2:80 --keep --pcap captures`,
    )
    .action(async (folder: string, options: ReplayOptions) => {
      const { tries, keep, pcap, json, ...text } = options;
      const request = readFlowText(text);
      const { runReplay } = await import('../replay/run-replay.ts');
      const wanted = {
        tries: triesOf(tries),
        keep: keep ?? false,
        pcap: pcap ?? null,
        json: json ?? false,
      };
      await runReplay(folder, request, wanted, io, setExit);
    });
}

/** Each try is observed until nothing moves: a thousand take a minute. */
const MOST_TRIES = 1000;

function triesOf(text: string): number {
  const tries = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(tries >= 1 && tries <= MOST_TRIES)) {
    throw usageFailure(`--tries ${text}: not a number from 1 to ${MOST_TRIES}`);
  }
  return tries;
}
