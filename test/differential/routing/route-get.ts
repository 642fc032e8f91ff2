import { execFileSync, spawnSync } from 'node:child_process';

/** What `ip route get` answered: a route as compared, or the error's text. */
export type KernelAnswer =
  | {
      readonly kind: 'route';
      readonly type: string;
      readonly device: string;
      readonly gateway: string | null;
      /** Chosen source; null where the lookup gave one. */
      readonly source: string | null;
    }
  | { readonly kind: 'error'; readonly text: string };

interface RouteJson {
  readonly type?: string;
  readonly dev?: string;
  readonly gateway?: string;
  readonly prefsrc?: string;
}

/** Runs many `ip route get` at once and returns an answer for each. */
export function askKernel(netns: string, commands: readonly string[]): readonly KernelAnswer[] {
  const ran = spawnSync('ip', ['-n', netns, '-j', '-d', '-force', '-batch', '-'], {
    input: commands.join('\n'),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const errors = new Map<number, string>();
  let text = '';
  for (const line of ran.stderr.split('\n')) {
    const failed = /^Command failed -:(\d+)/.exec(line);
    if (failed) {
      errors.set(Number(failed[1]) - 1, text);
      text = '';
    } else if (line !== '') {
      text = line.replace(/^RTNETLINK answers: /, '');
    }
  }
  const found = ran.stdout
    .split(/(?<=\])\s*(?=\[\{)/)
    .filter((part) => part.trim() !== '')
    .map((part) => (JSON.parse(part) as readonly RouteJson[])[0]);
  let next = 0;
  return commands.map((_, i): KernelAnswer => {
    const error = errors.get(i);
    if (error !== undefined) return { kind: 'error', text: error };
    const route = found[next++];
    if (!route?.dev) throw new Error(`no answer to ${commands[i]}: ${ran.stdout.slice(0, 500)}`);
    return {
      kind: 'route',
      type: route.type ?? 'unicast',
      device: route.dev,
      gateway: route.gateway ?? null,
      source: route.prefsrc ?? null,
    };
  });
}

/** Runs lines of `ip -batch` and goes on after those that fail. */
export function build(netns: string, commands: readonly string[]): void {
  spawnSync('ip', ['-n', netns, '-force', '-batch', '-'], { input: commands.join('\n') });
}

export function setSysctls(netns: string, values: Readonly<Record<string, string>>): void {
  const settings = Object.entries(values).map(([key, value]) => `${key}=${value}`);
  execFileSync('ip', ['netns', 'exec', netns, 'sysctl', '-qw', ...settings]);
}
