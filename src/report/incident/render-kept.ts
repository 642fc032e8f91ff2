/** A laboratory that stands after the program has ended. */
export interface KeptPlace {
  readonly pid: number;
  readonly namespaces: readonly string[];
  /** The command that enters it; a program's words follow. */
  readonly enter: readonly string[];
}

/** How to enter a laboratory that stands, and how to remove it. */
export function renderKept({ pid, namespaces, enter }: KeptPlace): string {
  return `
it stands; nothing of it is in this machine's own namespaces
  namespaces  ${namespaces.join(' ')}
  enter       ${enter.join(' ')} ip netns exec ${namespaces[0] ?? 'NAME'} sh
  remove      kill ${pid}, or hookline lab clean
`;
}
