import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { request as post, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerProblem } from '../../src/errors.ts';
import { ObjectStore } from '../../src/storage/objects.ts';
import { uploadRoutes } from '../../src/storage/uploads.ts';

const limit = 20 * 1024 * 1024;
let folder: string;
let app: FastifyInstance;
let address: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-uploads-'));
  app = fastify({ bodyLimit: 1024, forceCloseConnections: true });
  app.setErrorHandler((error, request, reply) => {
    answerProblem(error, request, reply);
  });
  await app.register(uploadRoutes({ objects: new ObjectStore({ root: folder }), maxUploadBytes: limit }));
  address = await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const send = (body: Uint8Array<ArrayBuffer> | string, type = 'application/octet-stream') =>
  fetch(`${address}/uploads`, {
    method: 'POST',
    body,
    headers: { 'content-type': type },
  });
const filesHeld = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length;

describe('an upload', () => {
  test('is answered with its digest, larger than other requests may be, and is asked for by it', async () => {
    const bytes = new Uint8Array(5 * 1024 * 1024).fill(7);
    const answer = await send(bytes);
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ digest: digestOf(bytes), size: bytes.length });
    const held = await fetch(`${address}/uploads/${digestOf(bytes)}`, { method: 'HEAD' });
    expect([held.status, held.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
    expect((await send(bytes)).status).toBe(201);
  });

  test('is asked for among as many as a dataset may have files', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    await send(bytes);
    const absent = Array.from({ length: 2000 }, (_, at) => digestOf(new TextEncoder().encode(`absent ${at}`)));
    const ask = (digests: string[]) =>
      fetch(`${address}/uploads/missing`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ digests }),
      });
    expect(await (await ask([digestOf(bytes), ...absent, absent[0]!])).json()).toEqual({ missing: absent });
    expect((await ask(['../../etc/passwd'])).status).toBe(400);
  });

  test('that was never sent is not there', async () => {
    const absent = digestOf(new Uint8Array([1]));
    expect((await fetch(`${address}/uploads/${absent}`, { method: 'HEAD' })).status).toBe(404);
    expect((await fetch(`${address}/uploads/nonsense`, { method: 'HEAD' })).status).toBe(400);
  });

  test('over the limit is refused, whether it tells its size before or not, and leaves nothing', async () => {
    const before = await filesHeld();
    const told = await send(new Uint8Array(limit + 1));
    expect([told.status, ((await told.json()) as { code: string }).code]).toEqual([413, 'too-large']);
    const pieces = Readable.from(Array.from({ length: 41 }, () => new Uint8Array(512 * 1024)));
    const request = post(`${address}/uploads`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
    });
    pieces.pipe(request);
    const [untold] = (await once(request, 'response')) as [IncomingMessage];
    expect([untold.statusCode, ((await json(untold)) as { code: string }).code]).toEqual([413, 'too-large']);
    expect(await filesHeld()).toBe(before);
  });

  test('of another type is refused as bad input', async () => {
    expect((await send('{}', 'application/json')).status).toBe(400);
    expect((await send('x', 'image/png')).status).toBe(400);
  });

  test('that breaks off leaves nothing', async () => {
    const before = await filesHeld();
    const { port } = new URL(address);
    const socket = connect(Number(port), '127.0.0.1');
    const head =
      'POST /uploads HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 100000\r\n\r\n';
    await new Promise((resolve) => socket.write(head + 'x'.repeat(5000), resolve));
    await expect.poll(filesHeld).toBe(before + 1);
    socket.destroy();
    await expect.poll(filesHeld).toBe(before);
  });
});
