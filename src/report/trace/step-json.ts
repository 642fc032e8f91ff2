import type { RuleHit } from '../../kernel/netfilter/verdict.ts';
import type { Step, StepAction } from '../../kernel/step.ts';
import { formatAddress } from '../../packet/address.ts';
import { applyDiff, headerFields, place } from './header-fields.ts';
import type { StepJson } from './trace-json.ts';

type TableAction = Extract<StepAction, { kind: 'table' }>;
type Values = StepJson['values'];

/** A step of the model as one published step, or several when rules of a table matched. */
export function stepJson(step: Step, before: StepJson | null): StepJson[] {
  const { action } = step;
  const own = common(step);
  if (action.kind !== 'table') return [{ ...own, ...stage(action) }];
  let fields = before === null ? headerFields(step.skb.packet, step.skb.mark) : headersOf(before);
  const rules = action.hits.map((hit): StepJson => {
    fields = applyDiff(fields, hit.diff);
    return { ...own, ...fields, ...ruleStep(action, hit) };
  });
  // What the rules changed is told with them.
  const told = new Set(action.hits.flatMap((hit) => hit.diff.map((change) => change.field)));
  const changed = step.diff.filter((change) => !told.has(change.field));
  return [...rules, { ...own, ...tableStep(action), changed }];
}

function common(step: Step): StepJson {
  return {
    node: step.where.node,
    netns: step.where.netns,
    hook: null,
    stage: null,
    table: null,
    chain: null,
    rule: null,
    iif: step.iif || null,
    oif: step.oif || null,
    ...headerFields(step.skb.packet, step.skb.mark),
    verdict: null,
    values: {},
    changed: step.diff,
    source: step.source && place(step.source),
  };
}

function headersOf(step: StepJson): ReturnType<typeof headerFields> {
  const { saddr, daddr, sport, dport, mark } = step;
  return { saddr, daddr, sport, dport, mark };
}

function ruleStep(action: TableAction, hit: RuleHit): Partial<StepJson> {
  return {
    hook: action.hook,
    table: action.table,
    chain: hit.chain,
    rule: hit.rule,
    verdict: hit.verdict,
    values: { backend: action.backend },
    changed: hit.diff,
    source: hit.source && place(hit.source),
  };
}

function tableStep(action: TableAction): Partial<StepJson> {
  return {
    hook: action.hook,
    table: action.table,
    chain: action.chain,
    verdict: action.verdict,
    values: {
      backend: action.backend,
      priority: action.priority,
      byPolicy: action.byPolicy,
    },
  };
}

/** Every other step: its kind is the stage, what it found are the values. */
function stage(action: Exclude<StepAction, TableAction>): Partial<StepJson> {
  const named = (verdict: string | null, values: Values, hook?: string): Partial<StepJson> => ({
    stage: action.kind,
    verdict,
    values,
    ...(hook === undefined ? {} : { hook }),
  });
  switch (action.kind) {
    case 'socket':
      return named(null, { operation: action.operation });
    case 'source-address':
      return named(null, { chosen: formatAddress(action.chosen), because: action.because });
    case 'route':
      return named(action.result, {
        purpose: action.purpose,
        table: action.table,
        gateway: action.gateway && formatAddress(action.gateway),
        device: action.device,
        text: action.text,
      });
    case 'rp-filter':
      return named(action.passed ? 'pass' : 'drop', {
        mode: action.mode,
        reverseDevice: action.reverseDevice,
      });
    case 'conntrack':
      return named(action.state, {}, action.hook);
    case 'nat':
      return named(null, { manip: action.manip, how: action.how }, action.hook);
    case 'reject':
      return named('reject', { with: action.with });
    case 'forward':
      return named(null, { ttl: action.ttl });
    case 'mtu':
      return named(action.length > action.mtu ? 'too-big' : 'fits', {
        mtu: action.mtu,
        length: action.length,
      });
    case 'neighbour':
      return named(null, { address: formatAddress(action.address), mac: action.mac });
    case 'transmit':
    case 'receive':
      return named(null, { device: action.device });
    case 'bridge':
      return named(null, { bridge: action.bridge, port: action.port });
    case 'underlay':
      return named(null, { segment: action.segment });
    case 'encapsulate':
    case 'decapsulate':
      return named(null, { device: action.device, by: action.by });
    case 'deliver':
      return named('deliver', { socket: action.socket });
    case 'drop':
      return named('drop', { reason: action.reason, at: action.at });
    case 'socket-error':
      return named('error', { errno: action.errno });
  }
}
