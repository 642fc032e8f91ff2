import { freshSkb } from '../../../../src/kernel/answer.ts';
import type { Question } from '../../../../src/kernel/decide.ts';
import type { Departure } from '../../../../src/kernel/departure.ts';
import { receive } from '../../../../src/kernel/input.ts';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import type { Run } from '../../../../src/kernel/run.ts';
import type { Step } from '../../../../src/kernel/step.ts';
import { parseIpsetSave } from '../../../../src/snapshot/ipset-save.ts';
import { parseIptablesSave } from '../../../../src/snapshot/iptables-save/parse.ts';
import { startRun } from '../../../../src/trace/run-record.ts';
import { type Backend, CASE_SETS, framing, grown, type Saves } from './host.ts';
import type { Arriving } from './packets.ts';

/** What the model says of one packet. */
export interface Said {
  /** Line, text and count of each rule that matched. */
  readonly rules: readonly string[];
  readonly departure: Departure;
  /** What was met that is not modelled. */
  readonly unsupported: readonly string[];
  /** Questions about ports that the kernel chose. */
  readonly ports: readonly Question[];
}

/**
 * Sends packets through the model of what was saved. Where it asks about a rule, it is told what the
 * kernel did with it; the rules that were asked about are kept.
 */
export function playModel(
  state: NetnsState,
  played: {
    readonly backend: Backend;
    readonly packets: readonly Arriving[];
    readonly saves: readonly Saves[];
    /** The answer to a question about a packet; null where the rules that counted it tell. */
    /** Rules for which the kernel must do what is expected, so that nothing is told. */
    readonly usual?: RegExp;
    readonly answer?: (question: Question, packet: number) => string | null;
  },
): { readonly said: readonly Said[]; readonly asked: ReadonlySet<string> } {
  const { backend, packets, saves } = played;
  const [first] = saves;
  if (!first) throw new Error('nothing was saved');
  const read = ([4, 6] as const).map((family) =>
    parseIptablesSave(first[family], `save${family}`, { family, backend }),
  );
  const sets = parseIpsetSave(CASE_SETS, 'sets');
  const issues = [...read, sets].flatMap((parsed) => parsed.issues);
  if (issues.length > 0) throw new Error(JSON.stringify(issues.slice(0, 3)));
  const netns: NetnsState = {
    ...state,
    ruleset: { xtables: read.flatMap(({ value }) => value), nft: [], unsupported: [] },
    ipsets: sets.value,
    conntrack: [],
    sockets: [],
  };
  const asked = new Set<string>();
  let hits: readonly string[] = [];
  let index = 0;
  let ports: Question[] = [];
  const record = startRun(() => {
    throw new Error('answered below');
  });
  const run: Run & Pick<typeof record, 'takeSteps'> = {
    ...record,
    decider: {
      decide(question: Question) {
        const rule = question.subject;
        if (question.topic === 'port') ports.push(question);
        const told = played.answer?.(question, index) ?? null;
        if (told !== null) {
          const chosen = question.options.find((one) => one.value === told);
          if (!chosen) throw new Error(`${told} is no answer to ${question.id}`);
          return chosen;
        }
        const yes = hits.some((hit) => hit.includes(` ${rule} `));
        if (rule.startsWith('-A ')) asked.add(rule);
        const value = yes ? 'yes' : 'no';
        const isTold = rule.startsWith('-A ') && !played.usual?.test(rule);
        const option = isTold
          ? question.options.find((one) => one.value === value)
          : question.options[0];
        if (!option) throw new Error(`asked ${question.id}`);
        return option;
      },
    },
  };
  const said = packets.map((arriving, i): Said => {
    const family = arriving.packet.source.family;
    hits = grown(saves[i]?.[family] ?? '', saves[i + 1]?.[family] ?? '');
    index = i;
    ports = [];
    const before = record.unsupportedUses.length;
    const departure = receive({ netns, run }, arrivalOf(arriving));
    const unsupported = record.unsupportedUses.slice(before).map(({ construct }) => construct);
    return { rules: rulesOf(run.takeSteps()), departure, unsupported, ports };
  });
  return { said, asked };
}

function arrivalOf(arriving: Arriving) {
  const { to, from } = framing(arriving);
  const skb = { ...freshSkb(arriving.packet), sourceMac: from, destinationMac: to };
  return { skb, iif: arriving.device ?? 'in0', looped: false, prerouted: false };
}

function rulesOf(steps: readonly Step[]): readonly string[] {
  const counts = new Map<string, { readonly line: number; count: number }>();
  for (const { action } of steps) {
    if (action.kind !== 'table') continue;
    for (const { rule, source } of action.hits) {
      const line = source?.line ?? 0;
      const key = `${line} ${rule}`;
      const known = counts.get(key);
      if (known) known.count++;
      else counts.set(key, { line, count: 1 });
    }
  }
  return [...counts]
    .sort(([, a], [, b]) => a.line - b.line)
    .map(([key, { count }]) => `${key} ${count}`);
}
