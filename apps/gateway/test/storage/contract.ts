import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../src/storage/objects.ts';

const bytes = (words: string) => new TextEncoder().encode(words);
const digestOf = (content: Uint8Array) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

async function* inPieces(...pieces: string[]) {
  for (const piece of pieces) yield await Promise.resolve(bytes(piece));
}

/** What the object store holds, with a bucket behind it or without. `open` answers one that keeps its files in a folder. */
export function describeObjects(name: string, open: (root: string) => ObjectStore): void {
  describe(`the object store: ${name}`, () => {
    let folder: string;
    let store: ObjectStore;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cairn-objects-'));
      store = open(join(folder, 'objects'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    /** How many files lie below the store, finished or not. */
    async function filesHeld(): Promise<number> {
      const all = await readdir(join(folder, 'objects'), { recursive: true, withFileTypes: true });
      return all.filter((entry) => entry.isFile()).length;
    }

    test('answers the digest and size of what it took, and gives the same bytes back', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), async (pieces) => {
          const whole = Buffer.concat(pieces);
          async function* source() {
            for (const piece of pieces) yield await Promise.resolve(piece);
          }
          const taken = await store.put(source());
          expect(taken).toEqual({ digest: digestOf(whole), size: whole.length });
          expect(Buffer.from(await store.readAll(taken.digest))).toEqual(whole);
          expect(await store.size(taken.digest)).toBe(whole.length);
        }),
        { numRuns: 25 },
      );
    });

    test('streams what it holds, and keeps the same bytes once', async () => {
      const { digest } = await store.put(inPieces('one ', 'stone'));
      await store.put(bytes('one stone'));
      expect(await text(await store.read(digest))).toBe('one stone');
      expect(await filesHeld()).toBe(1);
    });

    test('refuses bytes that are not those that were named, and leaves nothing of them', async () => {
      const named = digestOf(bytes('the right ones'));
      await expect(store.put(bytes('others'), named)).rejects.toMatchObject({ code: 'digest-mismatch' });
      expect(await store.has(named)).toBe(false);
      expect(await filesHeld()).toBe(0);
    });

    test('stops at the limit, and leaves nothing of the upload', async () => {
      await expect(store.put(inPieces('12345', '678'), undefined, 7)).rejects.toMatchObject({ code: 'too-large' });
      expect(await filesHeld()).toBe(0);
      await expect(store.put(inPieces('12345', '67'), undefined, 7)).resolves.toMatchObject({ size: 7 });
    });

    test('leaves nothing of a source that breaks in the middle', async () => {
      async function* breaking() {
        yield await Promise.resolve(bytes('half'));
        throw new Error('the caller hung up');
      }
      await expect(store.put(breaking())).rejects.toThrow('hung up');
      expect(await filesHeld()).toBe(0);
    });

    test('says that the disk is full where it is', async () => {
      async function* onFullDisk() {
        yield await Promise.resolve(bytes('half'));
        throw Object.assign(new Error('write'), { code: 'ENOSPC' });
      }
      await expect(store.put(onFullDisk())).rejects.toMatchObject({ code: 'disk-full' });
    });

    test('tells missing bytes and texts that are no digest apart', async () => {
      const absent = digestOf(bytes('never sent'));
      expect(await store.has(absent)).toBe(false);
      await expect(store.readAll(absent)).rejects.toMatchObject({ code: 'not-found' });
      await expect(store.size(absent)).rejects.toMatchObject({ code: 'not-found' });
      await expect(store.read(absent)).rejects.toThrow('not been uploaded');
      expect(() => store.path('sha256:../../etc/passwd')).toThrow('no digest');
    });

    test('sees that stored bytes were changed, and mends them when they are sent again', async () => {
      const { digest } = await store.put(bytes('weights'));
      expect(await store.verify(digest)).toBe(true);
      await chmod(store.path(digest), 0o644);
      await writeFile(store.path(digest), 'weightS');
      expect(await store.verify(digest)).toBe(false);
      await expect(store.materialise([{ path: 'w', digest }], join(folder, 'out'))).rejects.toMatchObject({
        code: 'digest-mismatch',
        more: { where: 'w' },
      });
      await store.put(bytes('weights'));
      expect(await store.verify(digest)).toBe(true);
    });

    test('removes at the next start what a killed gateway left half written', async () => {
      const { digest } = await store.put(bytes('whole'));
      await writeFile(join(folder, 'objects/tmp/half'), 'ha');
      await store.sweep();
      expect(await filesHeld()).toBe(1);
      expect(await store.has(digest)).toBe(true);
      await expect(store.put(bytes('next'))).resolves.toBeDefined();
    });

    test('lays a folder out as copies with their modes, and again over what an ended run changed', async () => {
      const { digest } = await store.put(bytes('#!/bin/sh\n'));
      const files = [
        { path: 'run.sh', digest, mode: '100755' as const },
        { path: 'deep/er/plain.txt', digest },
      ];
      const out = join(folder, 'out');
      await store.materialise(files, out);
      expect((await stat(join(out, 'run.sh'))).mode & 0o111).not.toBe(0);
      expect((await stat(join(out, 'deep/er/plain.txt'))).mode & 0o111).toBe(0);
      await writeFile(join(out, 'run.sh'), 'changed by the step');
      expect(await store.verify(digest)).toBe(true);
      await store.materialise(files, out);
      expect(await readFile(join(out, 'run.sh'), 'utf8')).toBe('#!/bin/sh\n');
    });

    test('names the file whose bytes were never uploaded, before it writes any', async () => {
      const { digest } = await store.put(bytes('here'));
      const absent = digestOf(bytes('not here'));
      const out = join(folder, 'out');
      await expect(
        store.materialise(
          [
            { path: 'a', digest },
            { path: 'b/c', digest: absent },
          ],
          out,
        ),
      ).rejects.toMatchObject({ code: 'not-found', more: { where: 'b/c' } });
      await expect(stat(out)).rejects.toMatchObject({ code: 'ENOENT' });
    });

    test.each([['/etc/passwd'], ['../up'], ['a/../../up'], ['a//b'], ['./a'], ['a\\b'], ['a\u0000b'], ['a/']])(
      'refuses the path %j',
      async (path) => {
        const { digest } = await store.put(bytes('x'));
        await expect(store.materialise([{ path, digest }], join(folder, 'out'))).rejects.toMatchObject({
          code: 'input-invalid',
          more: { where: path },
        });
      },
    );

    test('refuses a path that comes twice, or is both file and folder', async () => {
      const { digest } = await store.put(bytes('x'));
      const lay = (...paths: string[]) =>
        store.materialise(
          paths.map((path) => ({ path, digest })),
          join(folder, 'out'),
        );
      await expect(lay('a', 'b', 'a')).rejects.toMatchObject({ code: 'input-invalid', more: { where: 'a' } });
      await expect(lay('a/b/c', 'a/b')).rejects.toMatchObject({ code: 'input-invalid', more: { where: 'a/b' } });
    });
  });
}
