import { createInterface } from 'node:readline';
import { Host } from './host.ts';

/**
 * The host process of a laboratory: one JSON call per line on standard input, one JSON reply per line
 * on standard output, in order. Ends when standard input does.
 */
const host = new Host();

async function answer(line: string): Promise<void> {
  const { id, call, request } = JSON.parse(line) as { id: number; call: string; request: unknown };
  try {
    const result = await host.call(call, request);
    process.stdout.write(`${JSON.stringify({ id, result })}\n`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stdout.write(`${JSON.stringify({ id, error: message })}\n`);
  }
}

for await (const line of createInterface({ input: process.stdin })) await answer(line);
process.exit(0);
