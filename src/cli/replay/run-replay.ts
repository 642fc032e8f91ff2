import { renderKept } from '../../report/incident/render-kept.ts';
import { renderReplay } from '../../report/replay/render-replay.ts';
import { replayJson } from '../../report/replay/replay-json.ts';
import { type SetExit, verdictExit } from '../exit-code.ts';
import type { FlowRequest } from '../flow-text.ts';
import { withLab } from '../incident/with-lab.ts';
import type { Io } from '../io.ts';
import { loadSnapshotWithFiles } from '../load-snapshot.ts';
import { resolveFlow } from '../resolve-flow.ts';
import { askOfFlow } from './ask-of-flow.ts';
import { replayFlow } from './replay-flow.ts';
import { writeCaptures } from './write-captures.ts';

/** What `hookline replay` was asked for beside the flow. */
export interface ReplayWishes {
  readonly tries: number;
  readonly keep: boolean;
  /** A folder for captures. */
  readonly pcap: string | null;
  readonly json: boolean;
}

/** Replays one flow of a snapshot and prints what came of it. */
export async function runReplay(
  folder: string,
  request: FlowRequest,
  { tries, keep, pcap, json }: ReplayWishes,
  io: Io,
  setExit: SetExit,
): Promise<void> {
  const { snapshot, files } = await loadSnapshotWithFiles(folder, io);
  const flow = resolveFlow(snapshot, request);
  const ask = askOfFlow(flow);
  await withLab(io, setExit, keep, async (lab) => {
    const { view: replayed, reports } = await replayFlow(lab, {
      files,
      snapshot,
      flow,
      ask,
      tries,
    });
    const captureFiles = pcap === null ? [] : await writeCaptures(pcap, reports);
    const view = { ...replayed, captureFiles };
    setExit(verdictExit(view.verdict));
    const kept = keep ? await lab.keep() : null;
    const left = kept ? 'kept' : 'done';
    if (json) {
      io.out(`${JSON.stringify(replayJson(view, kept), null, 2)}\n`);
      return left;
    }
    io.out(renderReplay(view, io.canvas));
    if (kept) io.out(renderKept(kept));
    return left;
  });
}
