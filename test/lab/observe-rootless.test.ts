import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { labMissing } from '../differential/paths/namespaces.ts';

const PROGRAM = fileURLToPath(new URL('observe-rootless-program.ts', import.meta.url));
/** `nobody`: has no rights beyond those over the namespaces it makes. */
const AS_NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];
const missing = labMissing(['setpriv', 'unshare', 'nft', 'iptables-legacy']) ?? nobodyMay();

function nobodyMay(): string | null {
  const tries = [
    ['an ordinary user may make no user namespaces', 'unshare', '--user', '--net', 'true'],
    ['an ordinary user may not read this folder', 'test', '-r', PROGRAM],
  ] as const;
  for (const [why, ...argv] of tries) {
    if (spawnSync('setpriv', [...AS_NOBODY, ...argv]).status !== 0) return why;
  }
  return null;
}

describe.skipIf(missing !== null)(`an ordinary user${missing ? ` (${missing})` : ''}`, () => {
  it('sees hooks, rules of both backends and all devices; why a packet is dropped, only root', () => {
    const argv = [...AS_NOBODY, process.execPath, '--import', 'tsx', PROGRAM];
    const text = execFileSync('setpriv', argv, { encoding: 'utf8' });
    const seen = JSON.parse(text);
    expect(seen).toMatchObject({
      outcome: 'connected',
      devices: ['c eth0', 'r eth0', 'r eth1', 's eth0'],
      tracked: ['r'],
      counted: ['c', 'r', 's'],
      blind: [{ what: 'drops', why: 'not-permitted', namespace: null, detail: 'mount: EPERM' }],
      droppedAt: 'forward',
      drops: [],
    });
    expect(seen.hooks).toContain('r forward');
    expect(seen.rules).toContain('r legacy prerouting nat SERVICES 2 ?');
  });
});
