import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, parseJson } from '../src/index.ts';

test('the example of RFC 8785 gives the text of RFC 8785', () => {
  const input =
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
    '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}';
  expect(canonicalJson(parseJson(input))).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('members are sorted by UTF-16 code units, as RFC 8785 sorts them', () => {
  const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
  const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
  const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
  expect(text).toBe(`{${sorted.map((name) => `${JSON.stringify(name)}:0`).join(',')}}`);
});

test('any JSON keeps its value, and its text does not depend on the order of members', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: 'grapheme' }), (value) => {
      const text = canonicalJson(value);
      const reversed = JSON.parse(text, (_name, inner: unknown) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).reverse())
          : inner,
      ) as unknown;
      expect(canonicalJson(reversed)).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('what JSON cannot hold is refused by its path', () => {
  expect(() => canonicalJson({ a: [1, Number.NaN] })).toThrow('/a/1 is NaN');
  expect(() => canonicalJson({ a: Number.POSITIVE_INFINITY })).toThrow('/a is Infinity');
  expect(() => canonicalJson({ a: undefined })).toThrow('/a is undefined');
  expect(() => canonicalJson(Object.assign([1], { length: 2 }))).toThrow('/1 is undefined');
  expect(() => canonicalJson({ when: new Date(0) })).toThrow('/when is an object of a class');
  expect(() => canonicalJson({ name: '\ud800' })).toThrow('/name holds half of a surrogate pair');
  expect(() => canonicalJson(10n)).toThrow('bigint');
  const loop: Record<string, unknown> = {};
  loop['loop'] = loop;
  expect(() => canonicalJson(loop)).toThrow('nested deeper');
});

test('a repeated member is refused however it is spelt, since programs disagree on which counts', () => {
  expect(() => parseJson('{"a":1,"b":{"a":1},"a":2}')).toThrow('"a" twice');
  expect(() => parseJson('[{"a" :1, "\\u0061":2}]')).toThrow('"a" twice');
  expect(parseJson('{"a":"a","b":["a","a"],"c":{"a":1},"\\"a\\\\":2}')).toEqual({
    a: 'a',
    b: ['a', 'a'],
    c: { a: 1 },
    '"a\\': 2,
  });
});

test('text that is not JSON, or nested without end, is refused', () => {
  expect(() => parseJson('{"a":')).toThrow(/Not JSON/);
  expect(() => parseJson('['.repeat(100_000) + ']'.repeat(100_000))).toThrow(/nested deeper/);
});

test('any JSON text is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
      expect(JSON.stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});
