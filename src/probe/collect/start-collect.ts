import { type Started, start } from '../exec.ts';
import { type CollectRequest, SCRIPT_FILE, scriptArguments, scriptText } from './script.ts';

/** A host that ssh reaches. */
export interface RemoteHost {
  /** As ssh takes it: a name of its configuration, `user@host`, an address. */
  readonly host: string;
  /** Through `sudo -n`, which asks for no password. */
  readonly sudo: boolean;
  /** Never ask for a password: several hosts are asked at the same time. */
  readonly batch: boolean;
}

/** Runs the script on this machine; its output is a tar. */
export function collectHere(request: CollectRequest): Started {
  return start(['sh', SCRIPT_FILE, ...scriptArguments(request)]);
}

/** Runs the script on a host over ssh, which needs nothing but `sh` and `tar` there. */
export function collectThere(request: CollectRequest, remote: RemoteHost): Started {
  const argv = ['sh', '-s', '--', ...scriptArguments(request)].map(quoted).join(' ');
  return start(
    [
      'ssh',
      '-T',
      ...(remote.batch ? ['-o', 'BatchMode=yes'] : []),
      '--',
      remote.host,
      remote.sudo ? `sudo -n ${argv}` : argv,
    ],
    scriptText(),
  );
}

/** A word for the shell at the other end, which joins and splits what ssh is given. */
function quoted(word: string): string {
  return /^[\w./=@:+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
