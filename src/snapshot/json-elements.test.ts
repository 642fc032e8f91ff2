import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJsonElements } from './json-elements.ts';

const values = (text: string, member: string | null = null) =>
  readJsonElements(text, 'f', member).value.map((e) => e.value);

test.each([
  ['a list', '[{"a":1},{"b":[2,"]"]}]', [{ a: 1 }, { b: [2, ']'] }]],
  ['a list with escapes', String.raw`[{"a":"\"]\\"}, 5, "x"]`, [{ a: '"]\\' }, 5, 'x']],
  ['empty objects of old iproute2', '[{},{"a":1},{}]', [{ a: 1 }]],
  ['two documents', '[{"a":1}]\n[{"b":2}]', [{ a: 1 }, { b: 2 }]],
  ['an object', '{"kernel":{"a":1}}', [{ kernel: { a: 1 } }]],
  ['nothing', '', []],
  ['an empty list', '[ ]\n', []],
])('reads %s', (_name, text, expected) => {
  expect(values(text)).toEqual(expected);
});

test('reads the members of a list object, wherever the list stands', () => {
  expect(values('{"kind":"List","items":[{"a":1},{"b":2}],"x":{"items":[3]}}', 'items')).toEqual([
    { a: 1 },
    { b: 2 },
  ]);
  expect(values('{"kind":"Service","metadata":{}}', 'items')).toHaveLength(1);
});

test('keeps the line of each element', () => {
  const { value } = readJsonElements(
    '{\n "items": [\n  {\n   "a": 1\n  },\n\n  {"b":2}\n ]\n}',
    'f',
    'items',
  );
  expect(value.map((e) => e.line)).toEqual([3, 7]);
});

test.each([
  ['a cut list', '[{"a":1},{"b":', 1, 'truncated', 1],
  ['a cut string', '[{"a":1},\n{"b":"x', 1, 'truncated', 2],
  ['a list without its end', '[{"a":1}', 1, 'truncated', 1],
  ['a damaged element', '[{"a":1},\n{"b":x},{"c":3}]', 2, 'malformed-json', 2],
  ['a shell prompt before it', '$ ip -j link\n[{"a":1}]', 1, 'unexpected-text', 1],
  ['text after it', '[{"a":1}]\nDONE', 1, 'unexpected-text', 2],
])('names %s and uses the rest', (_name, text, count, code, line) => {
  const { value, issues } = readJsonElements(text, 'f');
  expect(value).toHaveLength(count);
  expect(issues).toMatchObject([{ code, source: { file: 'f', line } }]);
});

test('a cut list object keeps the elements before the cut', () => {
  const { value, issues } = readJsonElements('{"items":[{"a":1},{"b":2},{"c"', 'f', 'items');
  expect(value).toHaveLength(2);
  expect(issues.map((i) => i.code)).toEqual(['truncated']);
});

test('never throws, and reads whatever JSON prints', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.nat(), (list, cut) => {
      const text = JSON.stringify(list, null, 1);
      const kept = list.filter(
        (v) => v !== null && !(typeof v === 'object' && Object.keys(v).length === 0),
      );
      expect(JSON.stringify(values(text))).toBe(JSON.stringify(kept));
      readJsonElements(text.slice(0, cut % (text.length + 1)), 'f', 'items');
    }),
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom('[', ']', '{', '}', '"', ':', ',', '\\', '\n', 'x', 'items', '"items":['),
      ),
      (parts) => {
        readJsonElements(parts.join(''), 'f', 'items');
      },
    ),
  );
});
