import { ADDRESS_FLAGS, type InterfaceAddress } from '../kernel/device/device.ts';
import { parseAddress } from '../packet/address.ts';
import type { Issue } from '../packet/issue.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import { type JsonObject, numberOf, objectsOf, textOf } from './json-value.ts';
import { error } from './make-issue.ts';

const SCOPES = ['global', 'site', 'link', 'host'] as const;

/** The addresses of one device of `ip -j addr`, in the kernel's order. */
export function parseInterfaceAddresses(
  link: JsonObject,
  source: SourceRef,
  issues: Issue[],
): readonly InterfaceAddress[] {
  const addresses: InterfaceAddress[] = [];
  for (const entry of objectsOf(link, 'addr_info')) {
    if (Object.keys(entry).length === 0) continue;
    const address = parseAddress(textOf(entry, 'local') ?? '');
    const prefixLength = numberOf(entry, 'prefixlen');
    if (!address || prefixLength === null || prefixLength > (address.family === 4 ? 32 : 128)) {
      issues.push(error('unreadable-record', source, JSON.stringify(entry).slice(0, 80)));
      continue;
    }
    const scope = textOf(entry, 'scope') ?? 'global';
    addresses.push({
      address,
      prefixLength,
      peer: parseAddress(textOf(entry, 'address') ?? ''),
      scope: SCOPES.find((known) => known === scope) ?? numberOf(entry, 'scope') ?? 'global',
      secondary: entry.secondary === true,
      broadcast: parseAddress(textOf(entry, 'broadcast') ?? ''),
      ...flagsOf(entry, address.family),
    });
  }
  return addresses;
}

/** Flags of an IPv6 address; one without preferred lifetime is deprecated whether it is said or not. */
function flagsOf(entry: JsonObject, family: 4 | 6): Pick<InterfaceAddress, 'flags'> {
  if (family === 4) return {};
  const flags = ADDRESS_FLAGS.filter(
    (flag) =>
      entry[flag] === true ||
      (flag === 'deprecated' && numberOf(entry, 'preferred_life_time') === 0),
  );
  return flags.length > 0 ? { flags } : {};
}
