import { expect, test } from 'vitest';
import { parseAddress } from '../packet/address.ts';
import { fromLine, toLine, toLines } from './line-json.ts';

test('addresses of both families come out of a line as they went in', () => {
  const value = { a: parseAddress('fd00::1'), b: [parseAddress('10.0.0.1')], c: null, d: 'x\ny' };
  const line = toLine(value);
  expect(line).not.toContain('\n');
  expect(fromLine(line)).toEqual(value);
  expect(fromLine(toLines(value))).toEqual(value);
});
