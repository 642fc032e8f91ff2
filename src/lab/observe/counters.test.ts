import { describe, expect, it } from 'vitest';
import { counterChanges } from './counters.ts';

const snmp = (received: number, refused: number): string =>
  `Ip: Forwarding InReceives InAddrErrors\nIp: 1 ${received} ${refused}\nIcmp: InMsgs\nIcmp: 4\n`;
const snmp6 = (received: number): string => `Ip6InReceives   \t${received}\nIp6InDelivers\t9\n`;

describe('counters', () => {
  it('are named as nstat names them, and only those that moved are told', () => {
    expect(counterChanges([snmp(7, 0), snmp6(3)], [snmp(9, 1), snmp6(4)])).toEqual({
      IpInReceives: 2,
      IpInAddrErrors: 1,
      Ip6InReceives: 1,
    });
  });

  it('that stand still are no change', () => {
    expect(counterChanges([snmp(7, 0)], [snmp(7, 0)])).toEqual({});
  });
});
