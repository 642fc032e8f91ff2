import type { NetnsRef } from '../packet/place.ts';
import type { Command } from './diagnosis.ts';

/** A command for a namespace, with its text as a shell takes it: a script is its own text. */
export function command(where: NetnsRef, argv: readonly string[]): Command {
  const [program, option, script] = argv;
  const text =
    program === 'sh' && option === '-c' && script !== undefined
      ? script
      : argv.map(quoted).join(' ');
  return { node: where.node, netns: where.netns, argv, text };
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$|^!$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
