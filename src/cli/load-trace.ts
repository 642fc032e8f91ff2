import { readFile } from 'node:fs/promises';
import type { TraceJson } from '../report/trace/trace-json.ts';
import { fileFailure, inputFailure } from './failure.ts';
import { traceSchema } from './schema/trace.ts';

/** Reads a trace that `trace --json` wrote to a file. */
export async function loadTrace(file: string): Promise<TraceJson> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw fileFailure(file, error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw inputFailure(file, 'not JSON; a file written by hookline trace --json is needed');
  }
  const { data, error } = traceSchema.safeParse(json);
  if (data) return data;
  const issue = error.issues[0];
  const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
  throw inputFailure(
    file,
    `not what hookline trace --json writes: ${where}${issue?.message ?? ''}`,
  );
}
