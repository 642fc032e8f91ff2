import { type Address, formatAddress } from '../../packet/address.ts';
import { contains } from '../../packet/prefix.ts';
import type { Conversation, Statement } from '../evidence.ts';
import { type Observation, subject } from '../observation.ts';

type AddressStatement = Extract<Statement, { kind: 'address' }>;

/** Marks the addresses that text states and packets show in the same role. */
export function confirmStatements(
  statements: readonly Statement[],
  conversations: readonly Conversation[],
  observations: readonly Observation[],
): readonly Statement[] {
  return statements.map((statement) => {
    if (statement.kind !== 'address') return statement;
    const confirmed = isConfirmed(statement, conversations, observations);
    return { ...statement, confidence: confirmed ? 'confirmed' : 'stated' };
  });
}

function isConfirmed(
  statement: AddressStatement,
  conversations: readonly Conversation[],
  observations: readonly Observation[],
): boolean {
  const { address, port } = statement;
  const is = (other: Address): boolean => formatAddress(other) === formatAddress(address);
  switch (statement.role) {
    case 'service':
      return conversations.some(
        ({ service, endpoint }) => endpoint !== null && is(service.address),
      );
    case 'endpoint':
      return conversations.some(({ service, endpoint }) => {
        const end = endpoint ?? service;
        return is(end.address) && (port === null || end.port === port);
      });
    case 'device':
      return observations.some((observation) => leavesBy(observation, statement));
    case 'unknown':
      return false;
  }
}

/** A host's own packet that leaves by a device has, unless rerouted, that device's address. */
function leavesBy(observation: Observation, statement: AddressStatement): boolean {
  const { vantage } = observation;
  if (vantage.hook !== 'output' || vantage.oif !== statement.device) return false;
  const { source } = subject(observation.packet);
  const { address, prefixLength } = statement;
  if (formatAddress(source) === formatAddress(address)) return true;
  // A network address stands for the device's own address in it.
  const length = prefixLength ?? 32;
  return length < 31 && isNetwork(address, length) && contains({ address, length }, source);
}

function isNetwork(address: Address, length: number): boolean {
  return address.family === 4 && (address.bits & (2 ** (32 - length) - 1)) === 0;
}
