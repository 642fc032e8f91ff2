import { existsSync } from 'node:fs';

const FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Names the programs that are not installed, or null when all are. */
export function programsMissing(programs: readonly string[]): string | null {
  const absent = programs.filter(
    (program) => !FOLDERS.some((folder) => existsSync(`${folder}/${program}`)),
  );
  return absent.length > 0 ? `missing ${absent.join(', ')}` : null;
}
