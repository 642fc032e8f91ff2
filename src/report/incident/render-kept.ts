/** A laboratory that stands after the program has ended. */
export interface KeptPlace {
  readonly pid: number;
  readonly namespaces: readonly string[];
}

/** How to enter a laboratory that stands, and how to remove it. */
export function renderKept({ pid, namespaces }: KeptPlace): string {
  return `
it stands; nothing of it is in this machine's own namespaces
  namespaces  ${namespaces.join(' ')}
  enter       nsenter -t ${pid} -m -p -n ip netns exec ${namespaces[0] ?? 'NAME'} sh
  remove      kill ${pid}, or hookline lab clean
`;
}
