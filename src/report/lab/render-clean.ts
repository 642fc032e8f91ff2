/** What `hookline lab clean` found and removed. */
export interface Cleaned {
  readonly ended: readonly { readonly pid: number; readonly namespaces: readonly string[] }[];
  readonly instances: readonly string[];
  readonly failed: readonly { readonly what: string; readonly why: string }[];
}

/** One line for each thing that was removed or could not be. */
export function renderClean({ ended, instances, failed }: Cleaned): string {
  const lines = [
    ...ended.map(
      ({ pid, namespaces }) =>
        `ended the laboratory of process ${pid} (${namespaces.join(', ') || 'empty'})`,
    ),
    ...instances.map((name) => `removed the trace instance ${name}`),
    ...failed.map(({ what, why }) => `could not remove ${what}: ${why}`),
  ];
  return `${lines.length > 0 ? lines.join('\n') : 'nothing was left'}\n`;
}
