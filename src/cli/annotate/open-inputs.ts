import { createReadStream } from 'node:fs';
import { fileFailure } from '../failure.ts';
import type { Io } from '../io.ts';

/** The inputs one after the other; `-`, or none, is standard input. */
export function* openInputs(
  files: readonly string[],
  io: Io,
): Generator<AsyncIterable<Uint8Array>> {
  for (const file of files.length === 0 ? ['-'] : files) {
    yield file === '-' ? io.stdin : bytesOf(file);
  }
}

async function* bytesOf(file: string): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) yield chunk;
  } catch (error) {
    throw fileFailure(file, error);
  }
}
