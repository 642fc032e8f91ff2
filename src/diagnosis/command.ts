import type { NetnsRef } from '../packet/place.ts';
import type { Command } from './diagnosis.ts';

/** A command for a namespace, with its text as a shell takes it. */
export function command(where: NetnsRef, argv: readonly string[]): Command {
  return { node: where.node, netns: where.netns, argv, text: argv.map(quoted).join(' ') };
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
