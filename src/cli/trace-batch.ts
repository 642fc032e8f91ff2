import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { traceJson } from '../report/trace/to-json.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { EXIT, type ExitCode, verdictExit, worstExit } from './exit-code.ts';
import { fileFailure, isFailure } from './failure.ts';
import { readFlowText } from './flow-text.ts';
import type { Io } from './io.ts';
import { resolveFlow } from './resolve-flow.ts';
import { traceStated } from './trace-stated.ts';

type Id = string | number | null;

const word = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .transform((value) => value ?? undefined);

/** One line of a batch file: the flow options' names. */
const lineSchema = z.strictObject({
  id: z
    .union([z.string(), z.number()])
    .nullish()
    .transform((value) => value ?? null),
  from: word,
  to: word,
  proto: word,
  src: word,
  iface: word,
  in: word,
  sport: word,
  mark: word,
});

/**
 * Traces each line of a file of flows and writes one line of JSON for each, `id` first. A line
 * that cannot be used is told with file and line, gets a result with `error`, and the rest goes on.
 */
export async function traceBatch(snapshot: Snapshot, file: string, io: Io): Promise<ExitCode> {
  const codes: ExitCode[] = [];
  const name = file === '-' ? 'stdin' : file;
  let number = 0;
  try {
    for await (const line of createInterface({ input: open(file, io), crlfDelay: Infinity })) {
      number++;
      if (line.trim() === '') continue;
      const result = traceLine(snapshot, line);
      codes.push(result.exit);
      if (result.error !== null) io.err(`hookline: ${name}:${number}: ${result.error}\n`);
      io.out(`${result.text}\n`);
    }
  } catch (error) {
    throw isFailure(error) ? error : fileFailure(file, error);
  }
  return worstExit(codes);
}

function open(file: string, io: Io): NodeJS.ReadableStream {
  return file === '-' ? Readable.from(io.stdin) : createReadStream(file);
}

interface LineResult {
  readonly text: string;
  readonly error: string | null;
  readonly exit: ExitCode;
}

function traceLine(snapshot: Snapshot, line: string): LineResult {
  const failed = (id: Id, error: string): LineResult => ({
    text: JSON.stringify({ id, error }),
    error,
    exit: EXIT.input,
  });
  const parsed = parseLine(line);
  if (!parsed.ok) return failed(parsed.id, parsed.error);
  const { id, ...text } = parsed.value;
  try {
    const flow = resolveFlow(snapshot, readFlowText(text));
    const trace = traceJson(traceStated(snapshot.network, flow));
    return {
      text: JSON.stringify({ id, ...trace }),
      error: null,
      exit: verdictExit(trace.verdict),
    };
  } catch (error) {
    if (isFailure(error)) return failed(id, error.message);
    throw error;
  }
}

type ParsedLine =
  | { readonly ok: true; readonly value: z.infer<typeof lineSchema> }
  | { readonly ok: false; readonly id: Id; readonly error: string };

function parseLine(line: string): ParsedLine {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { ok: false, id: null, error: 'not JSON' };
  }
  const { success, data, error } = lineSchema.safeParse(json);
  if (success) return { ok: true, value: data };
  const issue = error.issues[0];
  const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  const id = z.object({ id: z.union([z.string(), z.number()]) }).safeParse(json).data?.id ?? null;
  return { ok: false, id, error: `${where}${issue?.message ?? 'not a flow'}` };
}
