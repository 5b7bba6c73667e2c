import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  generateKey,
  readPrivateKey,
  readPublicKey,
  sign,
  verifySignature,
  writePrivateKey,
  writePublicKey,
} from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'key-'));
const at = (name: string): string => join(folder, name);
const openssl = (...args: string[]): string => execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' });
const message = new TextEncoder().encode('buildings of an area');
writeFileSync(at('message'), message);

afterAll(() => rmSync(folder, { recursive: true }));

test('openssl reads our keys and verifies our signatures', () => {
  const key = generateKey();
  writeFileSync(at('ours.pem'), writePrivateKey(key));
  writeFileSync(at('ours.pub'), writePublicKey(key.publicKey));
  writeFileSync(at('ours.sig'), sign(message, key));
  expect(openssl('pkey', '-in', 'ours.pem', '-pubout')).toBe(writePublicKey(key.publicKey));
  expect(openssl('pkey', '-in', 'ours.pem')).toBe(writePrivateKey(key));
  expect(openssl('dgst', '-sha256', '-verify', 'ours.pub', '-signature', 'ours.sig', 'message')).toContain('OK');
});

test('we read the keys of openssl and verify its signatures, low S or high', () => {
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'theirs.pem');
  openssl('pkey', '-in', 'theirs.pem', '-pubout', '-out', 'theirs.pub');
  const key = readPrivateKey(readFileSync(at('theirs.pem'), 'utf8'));
  const publicKey = readPublicKey(readFileSync(at('theirs.pub'), 'utf8'));
  expect(key.publicKey).toEqual(publicKey);
  openssl('pkey', '-in', 'theirs.pem', '-pubout', '-outform', 'DER', '-out', 'theirs.der');
  expect(publicKey.keyid).toBe(
    createHash('sha256')
      .update(readFileSync(at('theirs.der')))
      .digest('hex'),
  );
  for (let run = 0; run < 8; run++) {
    openssl('dgst', '-sha256', '-sign', 'theirs.pem', '-out', 'theirs.sig', 'message');
    expect(verifySignature(message, readFileSync(at('theirs.sig')), publicKey)).toBe(true);
  }
});

test('a private key without its public point is read too', () => {
  const key = generateKey();
  writeFileSync(at('whole.pem'), writePrivateKey(key));
  openssl('ec', '-in', 'whole.pem', '-no_public', '-out', 'sec1.pem');
  openssl('pkcs8', '-topk8', '-nocrypt', '-in', 'sec1.pem', '-out', 'bare.pem');
  const bare = readFileSync(at('bare.pem'), 'utf8');
  expect(bare.length).toBeLessThan(writePrivateKey(key).length);
  expect(readPrivateKey(bare)).toEqual(key);
});

test('a private key as "openssl ecparam" and Helm write it is read too, also on one line', () => {
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-out', 'ecparam.pem');
  openssl('ec', '-in', 'ecparam.pem', '-pubout', '-out', 'ecparam.pub');
  const pem = readFileSync(at('ecparam.pem'), 'utf8');
  expect(pem).toContain('BEGIN EC PRIVATE KEY');
  const key = readPrivateKey(pem);
  expect(key.publicKey).toEqual(readPublicKey(readFileSync(at('ecparam.pub'), 'utf8')));
  expect(readPrivateKey(pem.replaceAll('\n', ''))).toEqual(key);
});

test('a key of another kind is refused with what to do', () => {
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384', '-out', 'p384.pem');
  openssl('pkey', '-in', 'p384.pem', '-pubout', '-out', 'p384.pub');
  expect(() => readPrivateKey(readFileSync(at('p384.pem'), 'utf8'))).toThrow(/openssl genpkey/);
  openssl('ecparam', '-name', 'secp384r1', '-genkey', '-noout', '-out', 'sec1-p384.pem');
  expect(() => readPrivateKey(readFileSync(at('sec1-p384.pem'), 'utf8'))).toThrow(/openssl genpkey/);
  expect(() => readPublicKey(readFileSync(at('p384.pub'), 'utf8'))).toThrow(/P-256/);
  expect(() => readPublicKey(readFileSync(at('p384.pem'), 'utf8'))).toThrow(/found "PRIVATE KEY"/);
  expect(() => readPublicKey('cairn.pub')).toThrow(/no PEM block/);
});

test('a public key off the curve, or a private key with a stranger’s point, is refused', () => {
  const key = generateKey();
  const point = Uint8Array.from(key.publicKey.point);
  point[64] = (point[64] ?? 0) ^ 1;
  expect(() => readPublicKey(writePublicKey({ ...key.publicKey, point }))).toThrow(/not a point/);
  const mixed = writePrivateKey({ ...key, publicKey: generateKey().publicKey });
  expect(() => readPrivateKey(mixed)).toThrow(/does not belong/);
});

test('signing twice gives the same bytes, and no other message, key or signature passes', () => {
  const key = generateKey();
  const other = generateKey().publicKey;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, where, change) => {
      const signature = sign(bytes, key);
      expect(sign(bytes, key)).toEqual(signature);
      expect(verifySignature(bytes, signature, key.publicKey)).toBe(true);
      expect(verifySignature(bytes, signature, other)).toBe(false);
      const flip = (data: Uint8Array): Uint8Array =>
        data.map((byte, index) => (index === where % data.length ? byte ^ change : byte));
      expect(verifySignature(flip(bytes), signature, key.publicKey)).toBe(false);
      expect(verifySignature(bytes, flip(signature), key.publicKey)).toBe(false);
    }),
    { numRuns: 25 },
  );
});

test('bytes that are no signature are no valid signature, and raise nothing', () => {
  const { publicKey } = generateKey();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (junk) => {
      expect(verifySignature(message, junk, publicKey)).toBe(false);
    }),
  );
});
