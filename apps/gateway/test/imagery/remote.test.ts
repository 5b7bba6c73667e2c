import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessInput } from '@cairn/contracts';
import { lonLatOfPixel, crsOf } from '@cairn/geo';
import { digestOf } from '@cairn/receipt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ImageHosts } from '../../src/imagery/http/image-hosts.ts';
import { ImageServers } from '../../src/imagery/http/image-servers.ts';
import { ImageAddresses } from '../../src/imagery/remote/image-addresses.ts';
import type { JobContext } from '../../src/jobs/process.ts';
import { cogOf, fixture, noise, place } from './geotiff.ts';
import { TestImageServer } from './image-server.ts';
import { jobContext } from '../jobs/context.ts';
import { openImagery, type ImageryWorld } from './world.ts';

const server = new TestImageServer();
const keys = { accessKey: 'KEY', secretKey: 'SECRET', region: 'us-east-1' };
const [width, height] = [700, 600];
let world: ImageryWorld;
let whole: Uint8Array;
let wholePath: string;

beforeAll(async () => {
  await server.start();
  const hosts = new ImageHosts({ allowed: [server.place] });
  const store = { ...keys, endpoint: `http://${server.place}`, buckets: ['flights'] };
  world = await openImagery(new ImageServers({ hosts, patience: { timeout: 5_000, firstPause: 10 } }), store);
  whole = await cogOf(width, height, noise);
  const { digest } = await world.objects.put(whole);
  wholePath = world.objects.path(digest);
  for (const path of ['/town.tif', '/flights/town%20north.tif']) server.files.set(path, whole);
  server.files.set('/deep.tif', await readFile(fixture('uint16')));
});
afterAll(async () => {
  await world.close();
  await server.stop();
});
afterEach(() => server.reset());

function inputs(id: string, remote: ProcessInput<'add-imagery'>['remote']): ProcessInput<'add-imagery'> {
  return { id, title: 'A flight', licence: 'CC-BY-4.0', attribution: 'Somebody', remote: remote! };
}

function add(id: string, remote: ProcessInput<'add-imagery'>['remote'], context: JobContext = jobContext()) {
  return world.addImagery.run(inputs(id, remote), context);
}

/** West, south, east, north of a box of the image's pixels. */
function bboxOf(x0: number, y0: number, x1: number, y1: number): number[] {
  const transform = [place.west, place.pixelWidth, 0, place.north, 0, -place.pixelHeight] as const;
  const at = (x: number, y: number) => lonLatOfPixel({ crs: crsOf('EPSG:32645'), transform }, x, y);
  const [[west, north], [east, south]] = [at(x0, y0), at(x1, y1)];
  return [west, south, east, north];
}

const address = (path = '/town.tif'): string => `http://${server.place}${path}`;

describe('an image behind an address', () => {
  it('is fetched once, in pieces, and kept byte for byte; what the address hides is kept nowhere', async () => {
    const result = await add('town', { href: `${address()}?signature=HIDDEN` });
    expect(result).toMatchObject({ imagery: 'town', digest: digestOf(whole), changed: true });
    expect(server.asked).toBeLessThan(whole.length + 2 * 64 * 1024);
    const item = await world.catalog.get('imagery', 'town');
    expect(item).toMatchObject({
      properties: {
        'cairn:remote': { href: `${address()}?signature=…`, size: whole.length, etag: expect.any(String) as string },
        providers: [{ name: 'Somebody' }],
      },
    });
    const kept = await world.database.query('select bundle from cairn.receipt union all select data from cairn.event');
    expect(JSON.stringify([item, kept, result])).not.toContain('HIDDEN');
    expect(await add('town', { href: address() })).toMatchObject({ changed: false });
  });

  it('is fetched in part where an area is named: the same pixels in the same places, for a part of the bytes', async () => {
    const result = await add('part', { href: address(), bbox: bboxOf(200, 150, 300, 280) });
    expect(server.asked).toBeLessThan(whole.length / 2);
    // On to the edges of the file's blocks of 64 pixels.
    const info = await world.reader.call('describe', world.objects.path(result.digest));
    const [left, top] = [192, 128];
    expect(info).toMatchObject({ width: 128, height: 192, epsg: 32645 });
    expect(info.transform[0]).toBeCloseTo(place.west + left * place.pixelWidth, 6);
    expect(info.transform[3]).toBeCloseTo(place.north - top * place.pixelHeight, 6);
    const box = { x0: 0, y0: 0, x1: 128, y1: 192 };
    const part = await world.reader.call('window', world.objects.path(result.digest), 0.3, box);
    const due = await world.reader.call('window', wholePath, 0.3, { x0: left, y0: top, x1: left + 128, y1: top + 192 });
    expect(Buffer.from(part).equals(Buffer.from(due))).toBe(true);
    // The same part again is the same image.
    expect(await add('part', { href: address(), bbox: bboxOf(200, 150, 300, 280) })).toMatchObject({ changed: false });
  });

  it('of 16 bits is stretched in a part as in the whole', async () => {
    const { digest } = await add('deep', { href: address('/deep.tif'), bbox: bboxOf(2, 2, 40, 30) });
    const box = { x0: 0, y0: 0, x1: 48, y1: 40 };
    const part = await world.reader.call('window', world.objects.path(digest), 0.3, box);
    const due = await world.reader.call('window', fixture('uint16'), 0.3, box);
    expect(Buffer.from(part).equals(Buffer.from(due))).toBe(true);
  });

  it('is not fetched again by the next attempt of a job that was interrupted', async () => {
    const gateway = new AbortController();
    const progress = (_percent: number, words: string): void => {
      if (words.startsWith('Fetching the image')) gateway.abort(new Error('stopping'));
    };
    const first = { ...jobContext(), progress, signal: gateway.signal };
    await expect(add('again', { href: address() }, first)).rejects.toThrow('stopping');
    const lines = (await readFile(join(world.workFolder, first.jobId, 'remote.tif.pages'), 'utf8')).split('\n');
    expect(lines.length).toBeGreaterThan(2);
    server.reset();
    expect(await add('again', { href: address() }, { ...jobContext(), jobId: first.jobId })).toMatchObject({
      digest: digestOf(whole),
    });
    expect(server.asked).toBeLessThan(whole.length);
  });

  it('that a server gives only as a whole is taken where it is small', async () => {
    server.behaviour = { wholeOnly: true };
    expect(await add('whole', { href: address() })).toMatchObject({ digest: digestOf(whole) });
    expect(server.ranges).toHaveLength(1);
  });

  it('is had in spite of a server that fails for a moment, and of pieces that are cut', async () => {
    server.behaviour.before = (request, response, count) => {
      if (count === 2) response.writeHead(503).end();
      else if (count === 4) response.socket?.destroy();
      else if (count === 5) {
        const [, first = '', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
        const end = Math.min(Number(last), whole.length - 1);
        response.writeHead(206, { 'content-range': `bytes ${first}-${end}/${whole.length}`, etag: etagOf(whole) });
        response.end(whole.subarray(Number(first), end - 9));
      } else return false;
      return true;
    };
    expect(await add('moody', { href: address() })).toMatchObject({ digest: digestOf(whole) });
  });

  it.each<[string, string, TestImageServer['behaviour'], RegExp]>([
    ['is not there', '/none.tif', {}, /answers 404/],
    ['may not be read', '/town.tif', { keys }, /answers 403/],
    ['is a web page', '/page', {}, /is a web page, not a picture/],
    ['changes while it is read', '/town.tif', { before: changeAtSecond }, /another file while it was read/],
  ])('that %s is refused, with its host and what to do, and leaves nothing', async (_what, path, behaviour, words) => {
    server.files.set('/page', Buffer.from('<!DOCTYPE html><title>Sign in</title>'));
    server.behaviour = behaviour;
    await expect(add('refused', { href: address(path) })).rejects.toMatchObject({
      code: 'imagery-unreachable',
      message: expect.stringMatching(words) as string,
      more: { action: expect.stringMatching(/.{20}/) as string },
    });
    server.files.set('/town.tif', whole);
    await expect(world.catalog.get('imagery', 'refused')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that is no sound GeoTIFF, or lies elsewhere than the area, is refused as such', async () => {
    server.files.set('/cut.tif', whole.subarray(0, 3_000));
    await expect(add('refused', { href: address('/cut.tif') })).rejects.toMatchObject({ code: 'imagery-corrupt' });
    const far = { href: address(), bbox: [1, 2, 3, 4] };
    await expect(add('refused', far)).rejects.toMatchObject({ code: 'aoi-outside-imagery' });
    await expect(add('refused', { href: address(), bbox: [3, 4, 1, 2] })).rejects.toMatchObject({
      code: 'input-invalid',
      more: { where: '/inputs/remote/bbox' },
    });
  });

  it('of a host that is not of the internet, nor allowed, is not asked', async () => {
    const port = server.place.split(':')[1]!;
    for (const href of [
      `http://localhost:${port}/town.tif`,
      `http://169.254.169.254/town.tif`,
      'file:///etc/passwd',
      'x',
    ]) {
      await expect(add('refused', { href })).rejects.toMatchObject({ code: 'input-invalid' });
    }
    expect(server.ranges).toEqual([]);
  });
});

describe('an image in a bucket', () => {
  it('that the owner lists is read with the keys of the store, in part and in whole', async () => {
    server.behaviour = { keys };
    const href = 's3://flights/town north.tif';
    expect(await add('bucket', { href })).toMatchObject({ digest: digestOf(whole) });
    expect((await add('bucket-part', { href, bbox: bboxOf(10, 10, 50, 50) })).bbox).toHaveLength(4);
    expect(await world.catalog.get('imagery', 'bucket')).toMatchObject({ properties: { 'cairn:remote': { href } } });
  });

  it('that the owner does not list is asked of AWS without keys, and never of the store', async () => {
    const servers = new ImageServers({ hosts: new ImageHosts({ allowed: [] }) });
    const store = { ...keys, endpoint: `http://${server.place}`, buckets: ['flights'] };
    const addresses = new ImageAddresses({ servers, store });
    const read = async (href: string) => {
      const { url, authorise, servers: asked } = addresses.read(href);
      return [url.href, await authorise(), asked === servers];
    };
    expect(await read('s3://jobs/a/b c.tif')).toEqual(['https://jobs.s3.amazonaws.com/a/b%20c.tif', {}, true]);
    expect(await read('s3://my.flights/x.tif')).toEqual(['https://s3.amazonaws.com/my.flights/x.tif', {}, true]);
    // The store's address in place of its bucket's name opens nothing.
    expect(await read(`http://${server.place}/jobs/secret.tif`)).toEqual([
      `http://${server.place}/jobs/secret.tif`,
      {},
      true,
    ]);
    expect(() => addresses.read('s3://UPPER/x.tif?versionId=1')).toThrow(/names no object/);
  });
});

/** Another file takes the place of the one that is read. */
function changeAtSecond(_request: unknown, _response: unknown, count: number): boolean {
  if (count === 2) server.files.set('/town.tif', other());
  return false;
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function other(): Uint8Array {
  const bytes = whole.slice();
  bytes[bytes.length - 1]! ^= 1;
  return bytes;
}
