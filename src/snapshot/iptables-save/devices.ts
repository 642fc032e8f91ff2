import type { DeviceMatch } from '../../kernel/netfilter/xtables/rule.ts';
import { firstValue, type OptionUse, printed } from './grammar.ts';

/** A device option, null when it is absent; a final `+` stands for any rest of the name. */
export function deviceOption(option: OptionUse | undefined): DeviceMatch | null {
  return option ? parseDevice(firstValue(option), option.negated) : null;
}

/** Reads a device name, which may end in `+`. */
export function parseDevice(text: string, negated: boolean): DeviceMatch {
  const prefix = text.endsWith('+');
  return { negated, name: prefix ? text.slice(0, -1) : text, prefix };
}

/** Prints a device option, '' when there is none. */
export function printDevice(name: string, device: DeviceMatch | null): string {
  if (device === null) return '';
  return printed(device.negated, `${name} ${device.name}${device.prefix ? '+' : ''}`);
}
