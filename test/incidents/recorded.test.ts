import { describe, expect, test } from 'vitest';
import { diagnoseIncident } from '../../src/cli/incident/diagnose-incident.ts';
import type { IncidentFlow } from '../../src/cli/incident/incident.ts';
import { modelFlow } from '../../src/cli/incident/incident-flow.ts';
import type { Incident } from '../../src/cli/incident/load-incident.ts';
import type { RecordedOutcome } from '../../src/cli/incident/record-incident.ts';
import { traceStated } from '../../src/cli/trace-stated.ts';
import { formatAddress } from '../../src/packet/address.ts';
import { netnsKey } from '../../src/packet/place.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import type { Outcome, Trace } from '../../src/trace/trace.ts';
import { hasRecording, INCIDENTS, readCaptures, readRecording } from './recorded.ts';

/** The incidents that ran on a real kernel: the recordings replay here without root. */
const RECORDED = INCIDENTS.filter(({ notHere }) => notHere === undefined);

test('every incident that can run has a recording', () => {
  expect(RECORDED.filter((incident) => !hasRecording(incident)).map(({ id }) => id)).toEqual([]);
  expect(RECORDED.length).toBeGreaterThan(25);
});

describe.each(RECORDED.map((incident) => [incident.id, incident] as const))(
  '%s',
  (_id, incident) => {
    const { snapshot, issues, truth } = readRecording(incident);
    const { expected } = incident;

    test('was recorded with the outcome that its recipe expects', () => {
      expect([truth.flow.client, truth.flow.errno]).toEqual([expected.client, expected.errno]);
      expect(truth.control.client).toBe('connected');
      const dropped = truth.flow.drops.map((drop) => drop.split(' ')[0]);
      if (expected.dropReason !== null) expect(dropped).toContain(expected.dropReason);
    });

    test('loads without errors', () => {
      expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    });

    test('the control works in the model as it did on the kernel', () => {
      if (expected.controlUnseen) {
        expect(traceOf(snapshot, incident.controlFlow).verdict).toBe('undetermined');
        return;
      }
      const outcome = onlyOutcome(snapshot, incident.controlFlow);
      expect(outcome.client).toBe('connected');
      expect(answerOf(outcome)).toEqual(recordedAnswer(truth.control));
    });

    test('fails in the model as it did on the kernel, or what decides is not in the snapshot', () => {
      if (expected.unseen !== undefined) {
        expect(traceOf(snapshot, incident.flow).verdict).not.toBe('unreachable');
        return;
      }
      const outcome = onlyOutcome(snapshot, incident.flow);
      expect(resultOf(outcome)).toBe(expected.client);
      if (expected.client !== 'stalled') {
        expect(answerOf(outcome)).toEqual(recordedAnswer(truth.flow));
      }
      if (expected.client !== 'connected') expect(outcome.errno).toBe(expected.errno);
      expectDrop(outcome, incident);
    });

    test('is diagnosed, and has fixes that cure it', () => {
      const diagnosis = diagnoseIncident(incident, snapshot);
      const causes = diagnosis.hypotheses.map(({ causeId }) => causeId);
      expect(causes).toEqual(expect.arrayContaining([...expected.causes]));
      if (expected.causes[0] !== undefined) expect(causes[0]).toBe(expected.causes[0]);
      else expect(causes).toEqual([]);
      const cures = diagnosis.fixes
        .filter(({ cures }) => cures.length > 0)
        .map(({ fixId }) => fixId);
      for (const cure of incident.cures) if ('fix' in cure) expect(cures).toContain(cure.fix);
      // What the model says of a fix the kernel said as well, when it was recorded.
      for (const name of cures) {
        expect(truth.fixes).toContainEqual({ name, kernel: 'cures', undone: true });
      }
    });
  },
);

describe('captures of tcpdump', () => {
  const CAPTURED = RECORDED.filter(({ captures }) => captures.length > 0);

  test.each(CAPTURED.map((incident) => [incident.id, incident] as const))(
    'of %s leave its cause alone',
    (_id, incident) => {
      const evidence = readCaptures(incident);
      expect(evidence.observations.length).toBeGreaterThan(0);
      const { hypotheses } = diagnoseIncident(incident, readRecording(incident).snapshot, evidence);
      expect(hypotheses.map(({ causeId }) => causeId)).toEqual(incident.expected.causes);
    },
  );

  test('of the fabric rule out what facts alone leave open', () => {
    const incident = CAPTURED.find(({ id }) => id === 'founding-udp-anti-spoofing');
    if (!incident) throw new Error('no such incident');
    const { snapshot } = readRecording(incident);
    expect(diagnoseIncident(incident, snapshot).hypotheses.length).toBeGreaterThan(1);
  });
});

/** The outcome on which all branches agree as to what the client sees. */
function onlyOutcome(snapshot: Snapshot, flow: IncidentFlow): Outcome {
  const { outcomes } = traceOf(snapshot, flow);
  expect(new Set(outcomes.map(({ client }) => client)).size).toBe(1);
  const [outcome] = outcomes;
  if (!outcome) throw new Error('no outcome');
  return outcome;
}

function traceOf(snapshot: Snapshot, flow: IncidentFlow): Trace {
  return traceStated(snapshot.network, modelFlow(flow));
}

/** A client that connected, and whose data is lost, waits for the answer for ever. */
function resultOf({ client, transfer }: Outcome): string {
  return transfer?.kind === 'stalled' ? 'stalled' : client;
}

function answerOf({ client, endpoint, sourceAtEndpoint }: Outcome): readonly (string | null)[] {
  if (client !== 'connected' || !endpoint) return [null, null];
  return [
    `${netnsKey(endpoint.where)} ${formatAddress(endpoint.address)}:${endpoint.port}`,
    sourceAtEndpoint && formatAddress(sourceAtEndpoint),
  ];
}

function recordedAnswer({ endpoint, sourceAtEndpoint }: RecordedOutcome) {
  return [endpoint, sourceAtEndpoint];
}

function expectDrop({ packets }: Outcome, { expected }: Incident): void {
  if (expected.dropReason === null) return;
  const drops = packets.filter(({ dropReason }) => dropReason === expected.dropReason);
  expect(packets.map(({ dropReason }) => dropReason)).toContain(expected.dropReason);
  if (!expected.place) return;
  expect(drops.map(({ at }) => at && netnsKey(at))).toContain(expected.place.at);
}
