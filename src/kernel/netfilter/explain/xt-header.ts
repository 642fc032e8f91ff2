import { type Address, formatAddress } from '../../../packet/address.ts';
import { protocolName } from '../../../packet/protocol.ts';
import type { RulePacket } from '../rule-context.ts';
import { deviceFits, underMask } from '../xtables/header-match.ts';
import type { AddressMatch, DeviceMatch, HeaderMatch, MaskedAddress } from '../xtables/rule.ts';
import type { FieldCheck } from './field-check.ts';

/** What a rule asks of the IP header and the devices, in the order iptables prints it. */
export function headerChecks(header: HeaderMatch, packet: RulePacket): readonly FieldCheck[] {
  const { source, destination, inDevice, outDevice, protocol, fragment } = header;
  const { context } = packet;
  const ip = packet.skb.packet;
  return [
    ...(source ? [addressCheck('saddr', '-s', source, ip.source)] : []),
    ...(destination ? [addressCheck('daddr', '-d', destination, ip.destination)] : []),
    ...(inDevice ? [deviceCheck('iif', '-i', inDevice, context.iif)] : []),
    ...(outDevice ? [deviceCheck('oif', '-o', outDevice, context.oif)] : []),
    ...(protocol
      ? [
          check('protocol', '-p', {
            negated: protocol.negated,
            wanted: protocolName(protocol.protocol),
            had: protocolName(ip.protocol),
            equal: protocol.protocol === ip.protocol,
          }),
        ]
      : []),
    ...(fragment
      ? [
          check('fragment', '-f', {
            negated: fragment === 'first',
            wanted: '',
            had: 'a whole packet',
            equal: false,
          }),
        ]
      : []),
  ];
}

/** Makes a check of an option that may be inverted. */
export function check(
  field: string,
  option: string,
  what: {
    readonly negated: boolean;
    readonly wanted: string;
    readonly had: string | null;
    readonly equal: boolean;
  },
): FieldCheck {
  const { negated, wanted, had, equal } = what;
  return {
    field,
    text: `${negated ? '! ' : ''}${option}${wanted === '' ? '' : ` ${wanted}`}`,
    wanted: negated ? `not ${wanted}` : wanted,
    had,
    result: equal === negated ? 'no' : 'yes',
  };
}

/** A check of an address under a mask. */
export function addressCheck(
  field: string,
  option: string,
  match: AddressMatch,
  address: Address,
): FieldCheck {
  return check(field, option, {
    negated: match.negated,
    wanted: maskedText(match),
    had: formatAddress(address),
    equal: underMask(match, address),
  });
}

function deviceCheck(field: string, option: string, match: DeviceMatch, name: string): FieldCheck {
  return check(field, option, {
    negated: match.negated,
    wanted: match.prefix ? `${match.name}+` : match.name,
    had: name === '' ? 'no device' : name,
    equal: deviceFits({ ...match, negated: false }, name),
  });
}

/** `10.0.0.0/8`, or `10.0.0.1/255.0.0.255` for a mask with gaps. */
function maskedText({ address, mask }: MaskedAddress): string {
  const width = mask.family === 4 ? 32 : 128;
  const bits = BigInt(mask.bits).toString(2).padStart(width, '0');
  const length = bits.indexOf('0') < 0 ? width : bits.indexOf('0');
  const plain = !bits.slice(length).includes('1');
  return `${formatAddress(address)}/${plain ? length : formatAddress(mask)}`;
}
