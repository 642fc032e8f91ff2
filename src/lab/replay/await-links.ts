import type { Lab } from '../lab.ts';
import { type JsonRecord, readEntries, recordOf, textOf, wordsOf } from './read/records.ts';
import type { NotRebuilt, Rebuild } from './rebuild.ts';

/** Milliseconds. The kernel tells bridges of a carrier at most once a second. Linux: link_watch.c */
const PATIENCE = 5000;
const PAUSE = 20;

/** Waits for the ports of a rebuilt laboratory's bridges. Returns those that stay out. */
export async function awaitLinks(lab: Lab, rebuild: Rebuild): Promise<readonly NotRebuilt[]> {
  const bridged = [
    ...rebuild.namespaces
      .filter(({ devices }) => devices.some(({ text }) => / type bridge$/.test(text)))
      .map(({ name }) => name),
    ...rebuild.segments.map(({ name }) => `segment-${name}`),
  ];
  return (await awaitPorts(lab, bridged)).map((port) => late(port, rebuild));
}

/** A port of a bridge, by the laboratory's names. */
export interface Port {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Waits until the bridges of some namespaces forward on every port whose other end is up: a port that
 * has a carrier and was not told yet takes no frame. Returns ports that stay out.
 */
export async function awaitPorts(
  lab: Lab,
  namespaces: readonly string[],
): Promise<readonly Port[]> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const waiting = await portsThatWait(lab, namespaces);
    if (waiting.length === 0 || Date.now() > until) return waiting;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

async function portsThatWait(lab: Lab, namespaces: readonly string[]): Promise<readonly Port[]> {
  const argv = ['ip', '-j', '-d', 'link', 'show'];
  const done = await lab.run(namespaces.map((namespace) => ({ namespace, argv })));
  return done.flatMap(({ stdout }, i) =>
    (readEntries('', stdout) ?? [])
      .filter(({ value }) => isLate(value))
      .map(({ value }) => ({
        namespace: namespaces[i] ?? '',
        name: textOf(value, 'ifname') ?? '',
      })),
  );
}

/** Up, with a carrier, and kept out by the bridge without anybody's order. */
function isLate(link: JsonRecord): boolean {
  const flags = wordsOf(link, 'flags');
  const info = recordOf(link, 'linkinfo');
  if (textOf(info, 'info_slave_kind') !== 'bridge' || !flags.includes('LOWER_UP')) return false;
  return flags.includes('UP') && textOf(recordOf(info, 'info_slave_data'), 'state') === 'disabled';
}

function late({ namespace, name }: Port, rebuild: Rebuild): NotRebuilt {
  const plan = rebuild.namespaces.find((candidate) => candidate.name === namespace);
  return {
    code: 'device-setting',
    subject: `${name} state forwarding`,
    place: plan?.place ?? { kind: 'outside' },
    device: name,
    family: null,
    source: null,
    why: { kind: 'differs', expected: 'forwarding', found: 'disabled' },
  };
}
