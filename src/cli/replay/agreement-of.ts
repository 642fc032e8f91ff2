import { agree } from '../../agreement/agree.ts';
import type { Agreement } from '../../agreement/agreement.ts';
import type { Places } from '../../agreement/places.ts';
import { sideBySide } from '../../agreement/side-by-side.ts';
import type { FlowReport } from '../../lab/report.ts';
import type { Flow } from '../../packet/flow.ts';
import type { AgreementView } from '../../report/replay/replay-view.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { Trace } from '../../trace/trace.ts';
import { traceStated } from '../trace-stated.ts';
import { realised } from './realised.ts';

/** A flow that was sent once or more, in the snapshot that it was sent on. */
export interface SentFlow {
  readonly snapshot: Pick<Snapshot, 'network'>;
  readonly flow: Flow;
  readonly reports: readonly FlowReport[];
  readonly places: Places;
  /** The namespace that sent a flow which, for the model, arrives from outside. */
  readonly sender: string | null;
}

/** Holds the model against every try, each with the port that its socket got; the worst counts. */
export function agreementOf({ snapshot, flow, reports, places, sender }: SentFlow): AgreementView {
  const tries = reports.map((sent) => {
    const report = withoutSending(sent, sender);
    const sport = flow.sport ?? (report.client.local?.port || null);
    const trace = realised(traceStated(snapshot.network, { ...flow, sport }));
    return { report, trace, agreement: agree(trace, [report], places) };
  });
  const worst =
    tries.find(({ agreement }) => agreement.kind === 'disagree') ??
    tries.find(({ agreement }) => agreement.kind === 'open') ??
    tries[0];
  if (!worst) {
    const nothing = { outcome: null, differences: [], questions: [], unseen: [], sideBySide: [] };
    return { verdict: 'undetermined', ...nothing };
  }
  return viewOf(worst.agreement, worst.trace, worst.report, places);
}

function viewOf(
  agreement: Agreement,
  trace: Trace,
  report: FlowReport,
  places: Places,
): AgreementView {
  const { outcome, unseen } = agreement;
  const compared = outcome === null ? null : (trace.outcomes[outcome] ?? null);
  return {
    verdict: agreement.kind === 'open' ? 'undetermined' : agreement.kind,
    outcome,
    differences: agreement.kind === 'disagree' ? agreement.differences : [],
    questions: agreement.kind === 'open' ? agreement.questions : [],
    unseen,
    sideBySide: sideBySide(compared, report, places),
  };
}

/**
 * A flow from outside begins, for the model, where it arrives: what its sender's own hooks saw of
 * what the client sent is not compared.
 */
function withoutSending(report: FlowReport, sender: string | null): FlowReport {
  if (sender === null) return report;
  const { local } = report.client;
  const visits = report.visits.filter(
    ({ namespace, hook, packet }) =>
      namespace !== sender ||
      (hook !== 'output' && hook !== 'postrouting') ||
      !(packet.icmp ? packet.icmp.type === ICMP_ECHO : packet.sport === local?.port),
  );
  return { ...report, visits };
}

const ICMP_ECHO = 8;
