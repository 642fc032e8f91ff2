import { beforeAll, describe, expect, test } from 'vitest';
import { inLanes, labMissing, makeNamespaces, type Namespaces } from '../paths/namespaces.ts';
import { readState, WITH_RULES } from '../routing/read-state.ts';
import { hideChosenPort } from './describe.ts';
import { anyAt, HOST_MACS, playKernel, type Watched } from './play-kernel.ts';
import { type Played, playModel } from './play-model.ts';
import type { Scenario } from './scenario.ts';
import { SCENARIOS } from './scenarios.ts';

/**
 * Connection tracking and NAT, the model against the running kernel: packets of a scenario go
 * through both. Compared are how each packet looked at every hook before and after translation,
 * with its state, and the connection table at the end.
 */
const missing = labMissing(['ip', 'sysctl', 'socat', 'xxd', 'iptables-legacy', 'nft', 'conntrack']);

/** Milliseconds for all scenarios, on a machine that others use as well. */
const PATIENCE = 240_000;

/** Scenarios that are played at the same time. */
const LANES = 3;

const TABLES = ['raw', 'mangle', 'nat', 'filter'];

function build(namespaces: Namespaces, scenario: Scenario): void {
  const wire = namespaces.named('wire');
  const batch = [
    ...(['d0', 'd1'] as const).flatMap((device, i) => [
      `link add ${device} address ${HOST_MACS[device]} type veth peer name ${device} netns ${wire}`,
      `addr add 10.0.${i}.1/24 dev ${device}`,
      `link set ${device} up`,
      ...[7, 8, 9].map(
        (n) => `neigh add 10.0.${i}.${n} lladdr 02:00:00:00:00:99 dev ${device} nud permanent`,
      ),
    ]),
    'addr add 10.0.1.2/24 dev d1',
    'route add default via 10.0.1.9 dev d1',
  ];
  namespaces.run('host', ['ip', '-batch', '-'], batch.join('\n'));
  namespaces.run('wire', ['ip', '-batch', '-'], 'link set d0 up\nlink set d1 up\n');
  const settings = [
    'net.ipv4.ip_forward=1',
    // Sequence numbers are not part of a scenario, nor of the model.
    'net.netfilter.nf_conntrack_tcp_be_liberal=1',
    ...(scenario.sysctls ?? []),
  ];
  const lines = [
    ...TABLES.map((table) => `iptables-legacy -w -t ${table} -L -n >/dev/null`),
    // Without a nat rule nothing is tracked. This one matches no packet of a scenario.
    'iptables-legacy -w -t nat -A POSTROUTING -s 240.0.0.1 -j MASQUERADE',
    ...scenario.rules.map((rule) => `iptables-legacy -w ${rule}`),
    `sysctl -qw ${settings.join(' ')}`,
    ...(scenario.entries ?? []).map((entry) => `conntrack ${entry} >/dev/null 2>&1`),
  ];
  namespaces.run('host', ['sh', '-e'], lines.join('\n'));
}

/** The branch with the kernel's own choices: the one whose table is the kernel's. */
function branchLike(branches: readonly Played[], kernel: Watched): Played | undefined {
  return branches.find(({ connections, asked }) => {
    const chosen = asked.some(({ topic }) => topic === 'port');
    return chosen
      ? hidden(connections).join() === hidden(kernel.connections).join()
      : connections.join() === kernel.connections.join();
  });
}

const hidden = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => hideChosenPort(line).line).toSorted();

/** Checkpoint names of one packet: each once, and the chains it passed. */
function expectedAt(checkpoints: Played['seen'][number]): readonly string[] {
  const names = checkpoints.flatMap(({ name, hook, when, match }) => {
    const counted = (hook === 'output' || hook === 'postrouting') && match.includes('icmp type');
    return counted ? [name] : [name, anyAt(hook, when)];
  });
  return [...new Set(names)].toSorted();
}

/** A scenario as it went in the model and in the kernel. */
interface Round {
  readonly branches: readonly Played[];
  readonly kernel: Watched;
}

async function play(namespaces: Namespaces, scenario: Scenario): Promise<Round> {
  build(namespaces, scenario);
  const state = readState(namespaces, 'host', WITH_RULES);
  const branches = playModel(state, scenario.packets);
  const checkpoints = branches.flatMap(({ seen }) => seen.flat());
  return { branches, kernel: await playKernel(namespaces, scenario.packets, checkpoints) };
}

describe.skipIf(missing !== null)(
  `connections on the kernel${missing ? ` (${missing})` : ''}`,
  () => {
    const rounds = new Map<string, Round>();
    const failed = new Map<string, unknown>();

    beforeAll(
      () =>
        inLanes(LANES, SCENARIOS, async (scenario, lane) => {
          const namespaces = makeNamespaces(['host', 'wire'], 100 + lane);
          try {
            rounds.set(scenario.name, await play(namespaces, scenario));
          } catch (error) {
            failed.set(scenario.name, error);
          } finally {
            namespaces.dispose();
          }
        }),
      PATIENCE,
    );

    test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
      '%s',
      (name, scenario) => {
        const round = rounds.get(name);
        if (!round) throw failed.get(name);
        const { branches, kernel } = round;
        const branch = branchLike(branches, kernel);
        // No branch: show the first beside the kernel's table.
        expect(branch?.connections ?? branches[0]?.connections).toEqual(
          branch ? branch.connections : kernel.connections,
        );
        if (!branch) throw new Error('no branch');
        const asked = [...new Set(branch.asked.map(({ topic }) => topic))];
        expect(asked.toSorted()).toEqual((scenario.asks ?? []).toSorted());
        expectChosenPort(branch, kernel);
        for (const [at, packet] of branch.seen.entries()) {
          const seen = [...(kernel.seen[at] ?? [])].toSorted();
          // A port that the kernel chose is not in the model's words for it.
          const unknown = asked.includes('port');
          const comparable = (names: readonly string[]): readonly string[] =>
            unknown
              ? names.filter((name) => !/^(?:input|postrouting) after (?!any)/.test(name))
              : names;
          expect(comparable(seen), `packet ${at + 1}`).toEqual(comparable(expectedAt(packet)));
        }
      },
    );
  },
);

/** The port the kernel took lies in the range the model named. */
function expectChosenPort(branch: Played, kernel: Watched): void {
  const named = branch.asked.find(({ topic }) => topic === 'port');
  if (!named) return;
  const [, first, last] = /(\d+)-(\d+)/.exec(named.subject) ?? [];
  const changed = kernel.connections
    .filter((line) => !branch.connections.includes(line))
    .map((line) => hideChosenPort(line).port);
  for (const port of changed) {
    expect(port).toBeGreaterThanOrEqual(Number(first));
    expect(port).toBeLessThanOrEqual(Number(last));
  }
}
