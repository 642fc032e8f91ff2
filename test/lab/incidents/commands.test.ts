import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { labRunSchema } from '../../../src/cli/schema/lab-run.ts';
import { labVerifySchema } from '../../../src/cli/schema/lab-verify.ts';
import type { RunJson } from '../../../src/report/incident/run-json.ts';
import type { VerifyJson } from '../../../src/report/incident/verify-json.ts';
import { labMissing } from '../../differential/paths/namespaces.ts';
import { hookline } from './run-command.ts';

const missing = labMissing(['ip', 'bridge', 'nft', 'iptables-legacy']);
const folder = mkdtempSync(join(tmpdir(), 'hookline-incidents-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('hookline lab run and verify', () => {
  test('a folder without a recipe is no usable input', async () => {
    const { exit, err } = await hookline('lab', 'run', folder);
    expect([exit, err]).toEqual([65, expect.stringMatching(/incident\.json: no such file/)]);
  });

  test('a recipe that says something unknown is refused with its place', async () => {
    writeFileSync(join(folder, 'incident.json'), '{"title": "long enough a title", "flow": {}}');
    const { exit, err } = await hookline('lab', 'verify', folder);
    expect([exit, err.trim().split('\n').length]).toEqual([65, 1]);
  });

  test('an incident is asked for by its folder', async () => {
    expect((await hookline('lab', 'run')).exit).toBe(64);
  });

  test('what no kernel here can show ends with 2 and says why', async () => {
    const text = readFileSync('incidents/tailscale-cgnat-antispoof-drop/incident.json', 'utf8');
    const recipe = { ...JSON.parse(text), uses: [], notHere: 'needs IPVS' };
    writeFileSync(join(folder, 'incident.json'), JSON.stringify(recipe));
    const { exit, err } = await hookline('lab', 'run', folder);
    expect([exit, err]).toEqual([2, expect.stringMatching(/cannot run here: needs IPVS/)]);
  });
});

describe.skipIf(missing !== null)(`on this kernel${missing ? ` (${missing})` : ''}`, () => {
  const FOUNDING = 'incidents/founding-udp-rpf-endpoint';

  test('lab run tells the answer first, then hooks, captures, drops and counters', async () => {
    const { exit, out } = await hookline('lab', 'run', FOUNDING);
    const lines = out.split('\n');
    expect([exit, lines[0]]).toEqual([
      0,
      expect.stringMatching(/^founding-udp-rpf-endpoint: reproduced on Linux \S+: no answer$/),
    ]);
    for (const part of [
      /^control {2}n1 -> 10\.254\.51\.153:80 tcp bound to flannel0: connected to n2\/web/,
      /n1 +output +out eth0 .* => .*:\d+ > 192\.168\.67\.4:8082/,
      /n2 flannel0 +in +10\.39\.0\.17:\d+ > 192\.168\.67\.4:8082 SYN/,
      /IP_RPFILTER in ip_rcv_finish_core\(\) {2}n2 in flannel0/,
      /n2 TcpExtIPReversePathFilter \+1/,
    ]) {
      expect(
        lines.find((line) => part.test(line)),
        String(part),
      ).toBeDefined();
    }
  });

  test('lab run writes captures and JSON, which agree', async () => {
    const captures = join(folder, 'captures');
    const { exit, out } = await hookline('lab', 'run', FOUNDING, '--json', '--pcap', captures);
    const run = JSON.parse(out) as RunJson;
    expect(labRunSchema.safeParse(run).error).toBeUndefined();
    expect([exit, run.schema, run.reproduced]).toEqual([0, 'hookline/lab-run/v1', true]);
    expect(readdirSync(join(captures, 'n2')).sort()).toEqual(['eth0.pcap', 'flannel0.pcap']);
    const read = await hookline('evidence', captures, '--json');
    const { observations } = JSON.parse(read.out) as { observations: readonly unknown[] };
    const seen = run.flow.captures.reduce((sum, { count }) => sum + count, 0);
    expect(observations.length).toBeGreaterThanOrEqual(seen);
  });

  test('lab run --keep lets it stand until it is removed', async () => {
    const { exit, out } = await hookline('lab', 'run', 'tailscale-cgnat-antispoof-drop', '--keep');
    const pid = Number(/^ {2}remove {6}kill (\d+)/m.exec(out)?.[1]);
    expect([exit, pid]).toEqual([0, expect.any(Number)]);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain('host');
    process.kill(pid);
    await expect.poll(() => processExists(pid)).toBe(false);
  });

  test('lab verify: the model agrees, fixes of three kinds cure and are undone', async () => {
    const { exit, out } = await hookline(
      'lab',
      'verify',
      FOUNDING,
      'incidents/iptables-legacy-nft-split-brain',
      'incidents/notrack-conflicts-with-stateful-policy',
      '--json',
    );
    const { schema, hold, incidents } = JSON.parse(out) as VerifyJson;
    expect(labVerifySchema.safeParse(JSON.parse(out)).error).toBeUndefined();
    expect([exit, schema, hold]).toEqual([0, 'hookline/lab-verify/v1', true]);
    expect(incidents.map(({ agreement }) => agreement.map(({ kind }) => kind))).toEqual(
      incidents.map(() => ['agree', 'agree']),
    );
    const fixes = incidents.flatMap((incident) => incident.fixes);
    expect(fixes.length).toBeGreaterThan(7);
    for (const { name, verified, control, undo } of fixes) {
      const found = [name, verified.kernel, control, undo];
      expect(found).toEqual([name, 'cures', 'connected', { differs: [], flow: 'timeout' }]);
    }
  });

  test('lab verify: a cure that does nothing, and an undo that leaves something, are faults', async () => {
    const text = readFileSync('incidents/tailscale-cgnat-antispoof-drop/incident.json', 'utf8');
    const recipe = {
      ...JSON.parse(text),
      uses: [],
      cures: [
        {
          title: 'nothing',
          commands: ['n1: sysctl -w net.ipv4.conf.all.log_martians=1'],
          undo: ['n1: true'],
        },
      ],
    };
    const nodes = JSON.parse(readFileSync('incidents/topologies/nodes.json', 'utf8'));
    const own = recipe.topology.namespaces;
    const { n1, n2, 'n1 n2': both } = nodes.namespaces;
    recipe.topology = {
      segments: nodes.segments,
      namespaces: {
        'n1 n2': both,
        n1: { ip: [...n1.ip, ...own.n1.ip] },
        n2: { ...own.n2, ip: [...n2.ip, ...own.n2.ip] },
      },
    };
    writeFileSync(join(folder, 'incident.json'), JSON.stringify(recipe));
    const { exit, out } = await hookline('lab', 'verify', folder, '--json');
    const [incident] = (JSON.parse(out) as VerifyJson).incidents;
    expect([exit, incident?.faults]).toEqual([1, ['fix-fails', 'undo-incomplete']]);
    const trial = incident?.fixes.find(({ name }) => name === 'nothing');
    expect(trial?.undo.differs).toEqual(['nodes/n1/sysctl.txt']);
  });
});

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
