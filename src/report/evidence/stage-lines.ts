import type { Observation } from '../../evidence/observation.ts';
import type { Canvas } from '../text/style.ts';
import { displayWidth, padTo, wrap } from '../text/width.ts';
import { placeName } from '../trace/words.ts';
import { addressWords } from './words.ts';

/** A way with more sightings is told host by host unless all details are asked for. */
export const LONG_WAY = 8;

interface Stage {
  readonly host: string;
  readonly address: string;
  readonly steps: Step[];
}

/** A device, or a hook with its tables. */
interface Step {
  readonly name: string;
  readonly carrier: string | null;
  readonly tables: string[];
}

/** A long way in short: a line for each host and form of the packet, with the places there. */
export function stageLines(sightings: readonly Observation[], canvas: Canvas): readonly string[] {
  const stages: Stage[] = [];
  for (const sighting of sightings) {
    const host = hostWords(sighting);
    const address = addressWords(sighting.packet);
    const last = stages.at(-1);
    const stage =
      last?.host === host && last.address === address ? last : { host, address, steps: [] };
    if (stage !== last) stages.push(stage);
    addStep(stage.steps, sighting);
  }
  const hosts = Math.max(...stages.map(({ host }) => displayWidth(host)));
  const addresses = Math.max(...stages.map(({ address }) => displayWidth(address)));
  return stages.flatMap(({ host, address, steps }, index) => {
    const before = stages[index - 1];
    const rewritten = before !== undefined && before.address !== address;
    const shown = padTo(address, addresses);
    const head = `     ${padTo(host, hosts)}  ${rewritten ? canvas.style.changed(shown) : shown}`;
    const width = 5 + hosts + 2 + addresses;
    const places = `${rewritten ? 'rewritten: ' : ''}${stepWords(steps)}`;
    const room = canvas.width - width - 2;
    if (displayWidth(places) <= room) return [`${head}  ${places}`];
    const indent = ' '.repeat(5 + hosts + 4);
    const below = wrap(places, canvas.width - indent.length, '');
    return [head.trimEnd(), ...below.map((line) => `${indent}${line}`)];
  });
}

function hostWords({ vantage }: Observation): string {
  if (vantage.node !== null) return placeName({ node: vantage.node, netns: vantage.netns });
  return vantage.device ?? vantage.label.trim();
}

function addStep(steps: Step[], { vantage, packet }: Observation): void {
  const carrier = packet.encapsulation?.kind ?? null;
  const { hook, table } = vantage;
  const isHook = vantage.kind === 'log' && hook !== null;
  const name = isHook
    ? hook
    : vantage.kind === 'log'
      ? vantage.label.trim()
      : (vantage.device ?? vantage.label.trim());
  const last = steps.at(-1);
  const tables = isHook && table !== null ? [table] : [];
  if (last && isHook && last.name === name && last.carrier === carrier) last.tables.push(...tables);
  else steps.push({ name, carrier, tables });
}

/** `veth1, prerouting raw mangle, forward mangle filter, vxlan [output raw, eth0]`. */
function stepWords(steps: readonly Step[]): string {
  const parts: string[] = [];
  let inside: string | null = null;
  for (const { name, carrier, tables } of steps) {
    const text = [name, ...tables].join(' ');
    const closing = inside !== null && carrier !== inside;
    if (closing) parts.push(`${parts.pop() ?? ''}]`);
    parts.push(carrier !== null && carrier !== inside ? `${carrier} [${text}` : text);
    inside = carrier;
  }
  if (inside !== null) parts.push(`${parts.pop() ?? ''}]`);
  return parts.join(', ');
}
