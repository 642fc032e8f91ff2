import type { PacketJson, StepJson } from './trace-json.ts';
import {
  changes,
  hostPort,
  packetName,
  rejectWords,
  rpFilterWords,
  sourceChoiceWords,
} from './words.ts';

/** One line of a packet's way. */
export interface StepLine {
  readonly label: string;
  readonly text: string;
  /** Rewritten header fields. */
  readonly changed: readonly string[];
  readonly source: StepJson['source'];
  /** Whether the summary tells it. */
  readonly decisive: boolean;
  readonly tone: 'plain' | 'good' | 'bad';
}

const SOCKETS: Readonly<Record<string, string>> = {
  listening: 'to a listening socket',
  client: "to the client's socket",
  kernel: 'to the kernel itself',
};

/** A step in words. */
export function stepLine(step: StepJson, packet: PacketJson): StepLine {
  const line = (
    label: string,
    text: string,
    decisive: boolean,
    tone: StepLine['tone'] = 'plain',
  ) => ({
    label,
    text,
    changed: changes(step),
    source: step.source,
    decisive: decisive || step.changed.length > 0,
    tone,
  });
  const { values } = step;
  const text = (name: string): string => String(values[name] ?? '');
  if (step.rule !== null)
    return line(`${hookTable(step)} rule`, `${step.rule} [${step.verdict}]`, false);
  if (step.table !== null) {
    const stopped = step.verdict !== 'accept' && step.verdict !== 'nat';
    const by = values.byPolicy === true ? ' by policy' : '';
    return line(
      hookTable(step),
      `${step.chain ?? ''}: ${step.verdict ?? ''}${by}`,
      stopped,
      stopped ? 'bad' : 'plain',
    );
  }
  switch (step.stage) {
    case 'socket':
      return line('socket', text('operation'), false);
    case 'source-address':
      return line('source', `${text('chosen')} (${sourceChoiceWords(step)})`, true);
    case 'route':
      return line(routeLabel(step), routeText(step), values.purpose !== 'reverse');
    case 'rp-filter':
      return line(
        'rp_filter',
        rpFilterWords(step),
        step.verdict !== 'pass',
        step.verdict === 'pass' ? 'plain' : 'bad',
      );
    case 'conntrack': {
      const odd = step.verdict === 'INVALID' || step.verdict === 'UNTRACKED';
      return line(`${step.hook ?? ''} conntrack`, step.verdict ?? '', odd);
    }
    case 'nat':
      return line(
        `${step.hook ?? ''} ${text('manip')}nat`,
        NAT_WORDS[text('how')] ?? text('how'),
        false,
      );
    case 'reject':
      return line('reject', `answers with ${rejectWords(step)}`, true, 'bad');
    case 'forward':
      return line('forward', `ttl ${text('ttl')}`, false);
    case 'mtu':
      return line('mtu', `${text('length')} bytes, ${text('mtu')} fit`, step.verdict === 'too-big');
    case 'neighbour':
      return line(
        'neighbour',
        `${text('address')} is at ${text('mac') || 'nobody'}`,
        values.mac === null,
      );
    case 'transmit':
      return line('out', text('device'), true);
    case 'receive':
      return line('in', text('device'), true);
    case 'bridge':
      return line('bridge', `${text('bridge')}, port ${text('port')}`, true);
    case 'underlay':
      return line('underlay', `segment ${text('segment')}`, true);
    case 'encapsulate':
      return line('encapsulate', `${text('device')}: ${text('by')}`, true);
    case 'decapsulate':
      return line('decapsulate', `${text('device')}: ${text('by')}`, true);
    case 'deliver':
      return line('delivered', SOCKETS[text('socket')] ?? text('socket'), true, 'good');
    case 'drop':
      return line('DROPPED', `${text('reason')} in ${text('at')}`, true, 'bad');
    case 'socket-error':
      return line('error', `the call fails with ${text('errno')}`, true, 'bad');
    default:
      return line(step.stage ?? '?', packetName(packet), true);
  }
}

const NAT_WORDS: Readonly<Record<string, string>> = {
  new: 'new mapping',
  existing: 'as the connection maps it',
  undo: 'undone for the reply',
};

function hookTable(step: StepJson): string {
  return `${step.hook ?? ''} ${step.table ?? ''}`;
}

function routeLabel(step: StepJson): string {
  switch (step.values.purpose) {
    case 'reroute':
      return 'reroute';
    case 'reverse':
      return 'way back';
    default:
      return 'route';
  }
}

function routeText(step: StepJson): string {
  const { device, gateway, table } = step.values;
  const result = step.verdict === 'unicast' ? '' : ` ${step.verdict ?? ''}`;
  const via = typeof gateway === 'string' ? ` via ${gateway}` : '';
  const dev = typeof device === 'string' && device !== '' ? ` dev ${device}` : '';
  const from = typeof table === 'string' ? ` table ${table}` : '';
  const target = step.values.purpose === 'reverse' ? step.saddr : step.daddr;
  return `${target}${result}${via}${dev}${from}`;
}

/** The headers after a step: `10.0.0.1:34397 > 10.96.0.1:443`. */
export function headerWords(step: StepJson): string {
  const mark = step.mark === 0 ? '' : ` mark 0x${step.mark.toString(16)}`;
  return `${hostPort(step.saddr, step.sport)} > ${hostPort(step.daddr, step.dport)}${mark}`;
}
