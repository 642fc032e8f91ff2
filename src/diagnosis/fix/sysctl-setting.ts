import type { Network } from '../../kernel/network.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import { command } from '../command.ts';
import type { Command } from '../diagnosis.ts';

/** Commands that set a sysctl and restore what it was. */
export interface SysctlSetting {
  readonly commands: readonly Command[];
  readonly undo: readonly Command[];
  readonly durable: { readonly code: string; readonly text: string };
}

/** A setting whose earlier value is known is restored to it; another is saved first. */
export function sysctlSetting(
  network: Network,
  where: NetnsRef,
  key: string,
  value: string,
): SysctlSetting {
  const before = network.namespaces.get(netnsKey(where))?.sysctls.values.get(key)?.value.trim();
  const durable = { code: 'sysctl.d', text: `${key} = ${value}` };
  const set = ['sysctl', '-w', `${key}=${value}`];
  if (before !== undefined) {
    return {
      commands: [command(where, set)],
      undo: [command(where, ['sysctl', '-w', `${key}=${before}`])],
      durable,
    };
  }
  const file = `/run/hookline-undo-${key.replaceAll('/', '.')}.conf`;
  return {
    // sysctl prints what `sysctl -p` reads.
    commands: [command(where, ['sh', '-c', `sysctl ${key} > ${file}`]), command(where, set)],
    undo: [command(where, ['sysctl', '-p', file])],
    durable,
  };
}
