import type { CounterDelta } from '../../evidence/counter.ts';
import type { EvidenceRef } from '../diagnosis.ts';
import type { Ending } from '../ending.ts';
import type { Fit } from '../fit.ts';
import { mayBeAt } from './flow-packets.ts';

/** Statistics that grow when a device loses a packet. Linux: struct rtnl_link_stats64. */
const LOSSES: ReadonlySet<string> = new Set([
  'rx_dropped',
  'rx_errors',
  'rx_missed_errors',
  'rx_over_errors',
  'rx_crc_errors',
  'rx_frame_errors',
  'rx_length_errors',
  'rx_fifo_errors',
  'rx_nohandler',
  'tx_dropped',
  'tx_errors',
  'tx_carrier_errors',
  'tx_aborted_errors',
  'tx_fifo_errors',
]);

/**
 * Holds an ending against devices that lost packets meanwhile. One where the flow ends speaks for
 * it; one elsewhere against it, though not for sure: it may have lost packets of others.
 */
export function compareWithDevices(ending: Ending, devices: readonly CounterDelta[]): Fit {
  const supports: EvidenceRef[] = [];
  const doubts: EvidenceRef[] = [];
  const { step } = ending;
  for (const { node, netns, device, counter, delta, source } of devices) {
    if (node === null || delta <= 0 || !LOSSES.has(counter)) continue;
    const here =
      step !== null &&
      mayBeAt(step.where, { node, netns }, false) &&
      (step.iif === device || step.oif === device);
    if (here) supports.push({ source, shows: 'device-lost-packets' });
    else doubts.push({ source, shows: 'device-lost-packets-elsewhere' });
  }
  return { supports, contradictions: [], doubts };
}
