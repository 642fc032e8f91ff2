import type { NetnsState } from '../kernel/netns-state.ts';
import { type Address, formatAddress } from '../packet/address.ts';
import { netnsKey } from '../packet/place.ts';

/** The key of a neighbour that a run made known: who knows, by which device, and whom. */
export function learntKey({ ref }: NetnsState, device: string, address: Address): string {
  return `${netnsKey(ref)} ${device} ${formatAddress(address)}`;
}
