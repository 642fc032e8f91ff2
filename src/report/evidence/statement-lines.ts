import type { Evidence, Statement } from '../../evidence/evidence.ts';
import { formatAddress } from '../../packet/address.ts';
import { formatSource } from '../../packet/source-ref.ts';
import { fitTo } from '../text/width.ts';

type LogRule = Extract<Statement, { kind: 'log-rule' }>;

/** What text says beside packets, one line each; rules and flushes are counted together. */
export function statementLines(evidence: Evidence): readonly string[] {
  const lines: string[] = [];
  const flushed: string[] = [];
  const rules: LogRule[] = [];
  for (const statement of evidence.statements) {
    switch (statement.kind) {
      case 'address':
        lines.push(addressLine(statement));
        break;
      case 'client-command':
        lines.push(
          `${statement.argv.join(' ')}: ${RESULTS[statement.result]} (${formatSource(statement.source)})`,
        );
        break;
      case 'restart':
        lines.push(`${statement.unit} was restarted (${formatSource(statement.source)})`);
        break;
      case 'capture-loss':
        lines.push(
          `${statement.dropped} packets were dropped by the capture (${formatSource(statement.source)})`,
        );
        break;
      case 'comment':
        lines.push(`"${fitTo(statement.text, 200)}" (${formatSource(statement.source)})`);
        break;
      case 'host-name':
        lines.push(
          `${formatAddress(statement.address)} is ${statement.names.join(', ')} (${formatSource(statement.source)})`,
        );
        break;
      case 'flush':
        flushed.push(statement.table);
        break;
      case 'log-rule':
        rules.push(statement);
        break;
      case 'capture-start':
        break;
    }
  }
  if (flushed.length > 0) lines.push(`flushed by hand: ${[...new Set(flushed)].join(', ')}`);
  return [...lines, ...ruleLines(rules, evidence)];
}

const RESULTS = {
  answered: 'answered',
  interrupted: 'interrupted by hand',
  timeout: 'timed out',
  refused: 'refused',
  unreachable: 'unreachable',
  unknown: 'its result is not shown',
} as const;

function addressLine(statement: Extract<Statement, { kind: 'address' }>): string {
  const { address, prefixLength, port, device, role, confidence, source } = statement;
  const length = prefixLength === null ? '' : `/${prefixLength}`;
  const value = `${formatAddress(address)}${length}${port === null ? '' : `:${port}`}`;
  const agrees = confidence === 'confirmed' ? ', and packets show the same' : '';
  return `${device ?? role} ${value}${agrees} (${formatSource(source)})`;
}

/** How many rules there are, and those of which more are listed than log one packet. */
function ruleLines(rules: readonly LogRule[], evidence: Evidence): readonly string[] {
  if (rules.length === 0) return [];
  const alike = new Map<string, LogRule[]>();
  for (const rule of rules) {
    const { table, chain, prefix, destination } = rule;
    const key = JSON.stringify([table, chain, prefix, destination]);
    alike.set(key, [...(alike.get(key) ?? []), rule]);
  }
  const total = `${rules.length} LOG rule${rules.length === 1 ? '' : 's'} listed`;
  const repeated = [...alike.values()].flatMap((same) => {
    const [rule] = same;
    const logged = rule && same.length > 1 ? linesOfOnePacket(rule, evidence) : 0;
    if (!rule || logged === 0 || logged === same.length) return [];
    const at = `${rule.table} ${rule.chain} with the prefix '${rule.prefix}'`;
    const sources = same.map(({ source }) => formatSource(source)).join(', ');
    return [`${same.length} LOG rules alike in ${at}, ${logged} logged a packet (${sources})`];
  });
  return [total, ...repeated];
}

/** The most lines that any one packet has of a rule. */
function linesOfOnePacket(
  { table, chain, prefix, destination }: LogRule,
  evidence: Evidence,
): number {
  const counts = evidence.journeys.map(
    ({ sightings }) =>
      sightings.filter(
        ({ vantage, packet }) =>
          vantage.table === table &&
          vantage.chain === chain &&
          vantage.label.trim() === prefix.trim() &&
          (!destination || formatAddress(destination) === formatAddress(packet.destination)),
      ).length,
  );
  return Math.max(0, ...counts);
}
