import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What is asked of the collecting script; see `hookline-collect --help`. */
export interface CollectRequest {
  /** Null: the host's name. */
  readonly node: string | null;
  /** `all`, `none`, or names below /run/netns as `NAME[=FOLDER]`. */
  readonly netns: 'all' | 'none' | readonly string[];
  readonly kubernetes: boolean;
  readonly quick: boolean;
  /** Seconds that one command may take; null: the script's default. */
  readonly timeout: number | null;
}

/** The POSIX script that collects; it lies in the package's `bin`. */
export const SCRIPT_FILE = fileURLToPath(new URL('../../../bin/hookline-collect', import.meta.url));

export function scriptText(): string {
  return readFileSync(SCRIPT_FILE, 'utf8');
}

/** The arguments with which the script writes a tar to its output, and stops when we are gone. */
export function scriptArguments(request: CollectRequest): readonly string[] {
  const { node, netns, kubernetes, quick, timeout } = request;
  const list = typeof netns === 'string' ? [] : netns;
  return [
    '--tar=-',
    '--with-parent',
    ...(node === null ? [] : [`--node=${node}`]),
    ...(netns === 'none' ? ['--no-netns'] : []),
    ...list.map((name) => `--netns=${name}`),
    ...(kubernetes ? ['--kubernetes'] : []),
    ...(quick ? ['--quick'] : []),
    ...(timeout === null ? [] : [`--timeout=${timeout}`]),
  ];
}
