import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  decodeBase64,
  digestFromHex,
  digestHex,
  digestOf,
  DigestStream,
  encodeBase64,
  isDigest,
} from '../src/index.ts';

test('digests equal those of another implementation, in one piece or in many', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (pieces) => {
      const whole = Buffer.concat(pieces);
      const expected = `sha256:${createHash('sha256').update(whole).digest('hex')}`;
      const stream = new DigestStream();
      for (const piece of pieces) stream.update(piece);
      expect(digestOf(whole)).toBe(expected);
      expect(stream.digest()).toBe(expected);
    }),
  );
});

test('a text is digested as UTF-8', () => {
  expect(digestOf('बनेपा')).toBe(digestOf(new TextEncoder().encode('बनेपा')));
});

test('only sha256 and 64 lower-case digits are a digest', () => {
  const good = digestOf('');
  expect(digestFromHex(digestHex(good))).toBe(good);
  for (const bad of [
    '',
    'sha256:',
    good.toUpperCase(),
    good.slice(7),
    `${good}0`,
    `${good}\n`,
    `md5:${good.slice(7)}`,
  ]) {
    expect(isDigest(bad)).toBe(false);
    expect(() => digestHex(bad)).toThrow(/Not a digest/);
  }
  expect(() => digestFromHex(good)).toThrow(/hexadecimal/);
});

test('base64 comes back as the same bytes, and no second spelling of them is read', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
      const text = encodeBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(text)).toEqual(bytes);
    }),
    { numRuns: 30 },
  );
  for (const other of ['QQ', 'QR==', 'Q Q==', 'QQ==\n', '_-8=', 'Q!==']) {
    expect(() => decodeBase64(other)).toThrow(/base64/);
  }
});
