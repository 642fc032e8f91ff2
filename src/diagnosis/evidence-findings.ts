import type { ClockOffset, Evidence, Statement } from '../evidence/evidence.ts';
import { type Observation, subject } from '../evidence/observation.ts';
import { formatAddress, sameAddress } from '../packet/address.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import { type Attempt, outputLines } from './attempt.ts';
import type { Finding } from './diagnosis.ts';

/** What the lines say beside the way of the packets: clocks, LOG rules, devices in log lines. */
export function evidenceFindings(
  evidence: Evidence,
  attempts: readonly Attempt[],
): readonly Finding[] {
  return [
    ...clockFindings(evidence),
    ...attempts.flatMap(oldDeviceFinding).slice(0, 1),
    ...silentRuleFindings(evidence),
  ];
}

const NOTABLE_SECONDS = 0.001;

/** Two clocks that differ by more than their difference is uncertain, all captures of one pair together. */
function clockFindings({ clocks, groups }: Evidence): readonly Finding[] {
  const pairs = new Map<string, { behind: string; ahead: string; clocks: ClockOffset[] }>();
  for (const clock of clocks) {
    if (Math.abs(clock.offset) <= Math.max(clock.error, NOTABLE_SECONDS)) continue;
    const name = (id: string): string => {
      const group = groups.find((candidate) => candidate.clock === id);
      return group?.node ?? group?.side ?? id;
    };
    const [a, b] = [name(clock.a), name(clock.b)];
    const [behind, ahead] = clock.offset >= 0 ? [b, a] : [a, b];
    const pair = pairs.get(`${behind} ${ahead}`);
    if (pair) pair.clocks.push(clock);
    else pairs.set(`${behind} ${ahead}`, { behind, ahead, clocks: [clock] });
  }
  return [...pairs.values()].map(({ behind, ahead, clocks: own }): Finding => {
    const offsets = own.map(({ offset }) => Math.abs(offset));
    const [least, most] = [Math.min(...offsets), Math.max(...offsets)];
    return {
      code: 'clocks-differ',
      proves: 'note',
      values: {
        behind,
        ahead,
        milliseconds: rounded((least + most) / 2),
        least: rounded(least),
        most: rounded(most),
        packets: own.reduce((sum, clock) => sum + clock.pairs, 0),
      },
      evidence: [],
    };
  });
}

function rounded(seconds: number): number {
  return Math.round(seconds * 10_000) / 10;
}

/**
 * Hooks at OUTPUT behind the translation still show the first lookup's device: the state of the
 * hook is made once, and the packet is routed again only behind it. Linux: __ip_local_out(),
 * nf_nat_ipv4_local_fn().
 */
function oldDeviceFinding(attempt: Attempt): readonly Finding[] {
  const lines = outputLines(attempt.conversations);
  if (!lines?.last) return [];
  const { last } = lines;
  const after = subject(last.packet).destination;
  const now = last.vantage.oif;
  const old = attempt.conversations
    .flatMap(({ journeys }) => journeys.flatMap(({ sightings }) => sightings))
    .find(
      ({ vantage, packet }) =>
        vantage.hook === 'output' &&
        vantage.oif !== null &&
        vantage.oif !== now &&
        sameAddress(subject(packet).destination, after),
    );
  if (!old || now === null) return [];
  return [
    {
      code: 'output-hook-shows-old-device',
      proves: 'does-not-prove',
      values: {
        table: old.vantage.table ?? '',
        shown: old.vantage.oif ?? '',
        device: now,
        destination: formatAddress(after),
      },
      evidence: [
        { source: old.source, shows: 'syn-seen' },
        { source: last.source, shows: 'syn-seen' },
      ],
    },
  ];
}

type LogRule = Extract<Statement, { readonly kind: 'log-rule' }>;

/**
 * LOG rules that were added more often than a packet they match was logged: something in between
 * ended the chain, or the later rule was not there any more.
 */
function silentRuleFindings({ statements, observations }: Evidence): readonly Finding[] {
  const rules = statements.filter((statement) => statement.kind === 'log-rule');
  const groups = new Map<string, LogRule[]>();
  for (const rule of rules) {
    const destination = rule.destination ? formatAddress(rule.destination) : '';
    const key = [rule.table, rule.chain, rule.prefix, destination].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), rule]);
  }
  return [...groups.values()].flatMap((same) => {
    const [first] = same;
    if (!first || same.length < 2 || first.narrowed) return [];
    const logged = mostLinesOfOnePacket(first, observations);
    if (!logged || logged.lines.length >= same.length) return [];
    return [
      {
        code: 'log-rules-without-line',
        proves: 'note',
        values: {
          table: first.table,
          chain: first.chain,
          rules: same.length,
          lines: logged.lines.length,
          ends: same.some(({ insert }) => insert) && same.some(({ insert }) => !insert) ? 1 : 0,
        },
        evidence: [
          ...same.map(({ source }) => ({ source, shows: 'log-rule' })),
          ...logged.lines.map((source) => ({ source, shows: 'logged' })),
        ],
      } satisfies Finding,
    ];
  });
}

function mostLinesOfOnePacket(
  rule: LogRule,
  observations: readonly Observation[],
): { readonly lines: readonly SourceRef[] } | null {
  const byPacket = new Map<string, SourceRef[]>();
  for (const { vantage, packet, source } of observations) {
    if (vantage.kind !== 'log' || vantage.label.trim() !== rule.prefix.trim()) continue;
    if (vantage.table !== rule.table) continue;
    if (rule.destination && !sameAddress(subject(packet).destination, rule.destination)) continue;
    const key = `${formatAddress(packet.source)} ${packet.sport} ${packet.ipId}`;
    byPacket.set(key, [...(byPacket.get(key) ?? []), source]);
  }
  const [first, ...others] = byPacket.values();
  if (!first) return null;
  return { lines: others.reduce((most, list) => (list.length > most.length ? list : most), first) };
}
