import { Command } from 'commander';
import { EXIT, type SetExit } from '../exit-code.ts';
import { inputFailure, usageFailure } from '../failure.ts';
import type { Io } from '../io.ts';

interface CollectOptions {
  readonly output?: string;
  readonly tar?: string;
  readonly node?: string;
  /** False: --no-netns. */
  readonly netns?: readonly string[] | boolean;
  readonly kubernetes?: true;
  readonly quick?: true;
  readonly timeout?: string;
  readonly ssh?: readonly string[];
  readonly sudo?: true;
  readonly printScript?: true;
  readonly json?: true;
}

export function collectCommand(io: Io, setExit: SetExit): Command {
  return new Command('collect')
    .description('collect a snapshot of this node, or of hosts over ssh; changes nothing there')
    .option('--output <folder>', 'the folder to write; several nodes may share one')
    .option('--tar <file>', 'write a tar instead (.tar.gz: compressed); - is standard output')
    .option('--node <name>', "the node's name in the snapshot; default: its host name")
    .option('--netns <name>', 'with the node only /run/netns/NAME, as NAME[=FOLDER]', append)
    .option('--no-netns', "only the node's own namespace; default: all of its namespaces")
    .option('--kubernetes', 'also the objects that kubectl lists')
    .option('--quick', 'leave out connections and counters')
    .option('--timeout <seconds>', 'end a command of the node that takes longer')
    .option('--ssh <host>', 'collect on this host instead; may be repeated', append)
    .option('--sudo', 'with --ssh: through sudo -n')
    .option('--print-script', 'print the script that collects, and collect nothing')
    .option('--json', 'print JSON; hookline schema prints its schema')
    .addHelpText(
      'after',
      `
Examples:
  sudo hookline collect
  hookline collect --ssh root@n1 --ssh root@n2 --kubernetes --output snapshot
  hookline collect --print-script | ssh n1 sudo sh -s -- --tar - > n1.tar

Exit codes: 0 collected, and what is unknown is named; 64 wrong usage; 65 nothing of a host.`,
    )
    .action(async (options: CollectOptions) => {
      if (options.printScript) {
        const { scriptText } = await import('../../probe/collect/script.ts');
        io.out(scriptText());
        return;
      }
      const place = placeOf(options);
      const hosts = options.ssh ?? [];
      checkHosts(hosts, options);
      const { runCollect } = await import('../collect/run-collect.ts');
      const result = await runCollect({
        request: {
          node: options.node ?? null,
          netns: netnsOf(options),
          kubernetes: options.kubernetes ?? false,
          quick: options.quick ?? false,
          timeout: timeoutOf(options),
        },
        hosts,
        sudo: options.sudo ?? false,
        place,
      }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === undefined) throw error;
        throw inputFailure(place?.path ?? process.cwd(), `cannot be written: ${error.code}`);
      });
      if (result.nodes.length === 0) {
        const [only] = result.failed;
        if (only && result.failed.length === 1) {
          throw inputFailure(only.host ?? 'collect', only.why);
        }
      }
      if (result.failed.length > 0) setExit(EXIT.input);
      const { renderCollect } = await import('../../report/collect/render.ts');
      const text = options.json
        ? `${JSON.stringify(result, null, 2)}\n`
        : renderCollect(result, io.canvas);
      // Standard output is the tar's.
      if (place?.path === '-') io.err(text);
      else io.out(text);
    });
}

function append(value: string, before: readonly string[] | boolean | undefined): string[] {
  return Array.isArray(before) ? [...before, value] : [value];
}

function placeOf({ output, tar }: CollectOptions): {
  readonly kind: 'folder' | 'tar';
  readonly path: string;
} | null {
  if (output !== undefined && tar !== undefined) {
    throw usageFailure('--output and --tar contradict each other');
  }
  if (tar === '-' && process.stdout.isTTY) {
    throw usageFailure('--tar -: standard output is a terminal');
  }
  if (output !== undefined) return { kind: 'folder', path: output };
  return tar === undefined ? null : { kind: 'tar', path: tar };
}

function netnsOf({ netns }: CollectOptions): 'all' | 'none' | readonly string[] {
  if (netns === false) return 'none';
  return Array.isArray(netns) ? netns : 'all';
}

function timeoutOf({ timeout }: CollectOptions): number | null {
  if (timeout === undefined) return null;
  if (!/^[1-9]\d{0,5}$/.test(timeout)) {
    throw usageFailure(`--timeout ${timeout}: not a number of seconds`);
  }
  return Number(timeout);
}

function checkHosts(hosts: readonly string[], { node, sudo }: CollectOptions): void {
  if (sudo && hosts.length === 0) throw usageFailure('--sudo needs --ssh');
  if (node !== undefined && hosts.length > 1) {
    throw usageFailure('--node names one node, and --ssh several hosts');
  }
  if (node !== undefined && !/^[A-Za-z0-9_@+-][A-Za-z0-9._@+-]*$/.test(node)) {
    throw usageFailure(`--node ${node}: not a name for a folder`);
  }
  // ssh would take it for an option of its own, and some of those start programs.
  const option = hosts.find((host) => host.startsWith('-') || host === '');
  if (option !== undefined) throw usageFailure(`--ssh ${option}: not a host`);
}
