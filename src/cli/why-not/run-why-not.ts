import { netnsKey } from '../../packet/place.ts';
import { assumeClient } from '../../snapshot/assumed-client.ts';
import { resolveSource } from '../../snapshot/resolve.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { type WhyNot, whyNot } from '../../trace/why-not/why-not.ts';
import { usageFailure } from '../failure.ts';
import { type FlowText, readFlowText } from '../flow-text.ts';
import type { Io } from '../io.ts';
import { loadEvidence } from '../load-evidence.ts';
import { loadSnapshot } from '../load-snapshot.ts';
import { resolveFlow } from '../resolve-flow.ts';
import { findTarget, type TargetWords } from './find-target.ts';
import { beforeConnection, flowOfPacket, packetPlace, type SeenFlow } from './flow-of-packet.ts';

/** What `why-not` is asked beside the flow. */
export interface WhyNotRequest {
  readonly snapshot: string;
  readonly target: TargetWords;
  readonly node: string | null;
  readonly packet: string | null;
  readonly reply: boolean;
}

/** Answers why a rule did not match. */
export async function whyNotOf(wanted: WhyNotRequest, text: FlowText, io: Io): Promise<WhyNot> {
  const request = wanted.packet === null ? readFlowText(text) : null;
  const place = wanted.packet === null ? null : packetPlace(wanted.packet);
  const snapshot = await loadSnapshot(wanted.snapshot, io);
  const seen: SeenFlow = place
    ? flowOfPacket(snapshot, await loadEvidence([place.file], io), place, text)
    : {
        flow: resolveFlow(snapshot, request ?? readFlowText(text)),
        direction: 'original',
        begins: false,
      };
  const { flow, direction } = seen;
  const where = wanted.node === null ? flow.from : placeOf(snapshot, wanted.node);
  const target = findTarget(snapshot, where, flow.to.family, wanted.target);
  const network = assumeClient(beforeConnection(snapshot.network, seen), flow);
  return whyNot(network, flow, target, wanted.reply ? 'reply' : direction);
}

function placeOf(snapshot: Snapshot, text: string) {
  const found = resolveSource(snapshot, text);
  if (found.kind === 'found') return found.value;
  const known = [...snapshot.network.namespaces.values()]
    .filter(({ origin }) => origin.kind === 'captured')
    .map(({ ref }) => netnsKey(ref));
  throw usageFailure(`--node ${text}: not in the snapshot; it has ${known.join(', ')}`);
}
