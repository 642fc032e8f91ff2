import type { SourceRef } from '../packet/source-ref.ts';

/** The sysctls of one namespace, by their dotted names as `sysctl -a` prints them. */
export interface Sysctls {
  /** False when sysctl.txt was not collected or was cut off: a missing key is then unknown. */
  readonly complete: boolean;
  readonly values: ReadonlyMap<string, SysctlValue>;
}

export interface SysctlValue {
  readonly value: string;
  readonly source: SourceRef | null;
}

export const UNKNOWN_SYSCTLS: Sysctls = { complete: false, values: new Map() };
