import { describe, expect, test } from 'vitest';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { assumeClient } from '../../src/snapshot/assumed-client.ts';
import { traceFlow } from '../../src/trace/tracer.ts';
import { flowOf, modelledResults, outcomeText, recordedResults } from './flow-rows.ts';
import { readFlowRows, readRecorded } from './recorded.ts';

/**
 * Every TCP row of the recorded flow tables: the model against what a real kernel did with real
 * kube-proxy rules. Compared are the client's result and, where it connected, the set of
 * endpoints with the source each one saw.
 */
const FOLDERS = ['flows-iptables-1.36.3-vxlan', 'flows-nftables-1.36.3-vxlan'] as const;

/** Rows that say nothing about the model, with the reason, which is about the recording. */
const EXCLUDED: readonly { readonly rows: RegExp; readonly because: string }[] = [
  {
    rows: /^kp-cp poddirect 10\.244\.2\.12:8080$/,
    because:
      'the outside host had no route for pod addresses by n1: its packets went to its own gateway and never arrived on n1, where this row is to start',
  },
];

/** The chance that four tries miss a result of probability 0.7 is below one percent. */
const MAY_BE_MISSED = 0.7;

describe.each(FOLDERS)('%s', (folder) => {
  const files = readRecorded(folder);
  const { network } = assembleSnapshot(files).value;
  const rows = readFlowRows(files).filter(({ protocol }) => protocol === 'TCP');

  test.each(
    rows.map((row) => ({ row, name: `${row.client} ${row.service} ${row.address}:${row.port}` })),
  )('$name is what the kernel did', ({ row, name }) => {
    if (EXCLUDED.some(({ rows: excluded }) => excluded.test(name))) return;
    const flow = flowOf(row);
    const { outcomes, verdict } = traceFlow(assumeClient(network, flow), flow);
    const told = outcomes.map(outcomeText).join('\n');
    const recorded = recordedResults(row);
    const modelled = modelledResults(outcomes, !recorded.includes('connected'));
    expect([...modelled.keys()], told).toEqual(expect.arrayContaining([...recorded]));
    const missed = [...modelled].filter(([result]) => !recorded.includes(result));
    for (const [result, probability] of missed) {
      expect(probability, `${result} was never seen\n${told}`).toBeLessThan(MAY_BE_MISSED);
    }
    // Several results come from the kernel's random choices, never from a fact we did not read.
    expect(verdict, told).not.toBe('undetermined');
  });
});
