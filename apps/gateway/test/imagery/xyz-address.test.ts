import { CairnError } from '@cairn/contracts';
import { type Bbox, tileBounds, tileRange } from '@cairn/geo';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { isPublicAddress } from '../../src/outbound/public-address.ts';
import { TileTemplate } from '../../src/imagery/xyz/template.ts';
import { checkBbox, mostTiles, tilesOf } from '../../src/imagery/xyz/tile-area.ts';
import { readTilePicture } from '../../src/imagery/xyz/tile-picture.ts';
import { tileJpeg, tilePng } from './xyz-tiles.ts';

const tile = { x: 3, y: 5, z: 4 };

describe('the address of tiles', () => {
  it('has zoom, column and row filled in, from the north or from the south', () => {
    expect(new TileTemplate('https://tiles.example/{z}/{x}/{y}.png').url(tile).href).toBe(
      'https://tiles.example/4/3/5.png',
    );
    expect(new TileTemplate('https://tiles.example/?x={x}&y={-y}&z={z}').url(tile).search).toBe('?x=3&y=10&z=4');
  });

  it.each([
    ['https://t.example/ortho/default/GoogleMapsCompatible/{TileMatrix}/{TileRow}/{TileCol}.jpg', '/4/5/3.jpg'],
    [
      'https://t.example/?layer=ortho&TILEMATRIX=EPSG:3857:{TileMatrix}&tilerow={TileRow}&tilecol={TileCol}',
      '=EPSG:3857:4&tilerow=5&tilecol=3',
    ],
    ['https://{switch:a,b}.t.example/{zoom}/{x}/{y}', 'https://a.t.example/4/3/5'],
  ])('has its places named as in WMTS and in JOSM: %s', (href, filled) => {
    expect(decodeURIComponent(new TileTemplate(href).url(tile).href)).toContain(filled);
  });

  it('never shows what is in its query, whatever that is', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9._~%=;:@/+-]{8,40}$/);
    fc.assert(
      fc.property(secret, fc.boolean(), (key, named) => {
        const query = named ? `?y={y}&key=${key}` : `?${key}&y={y}`;
        const template = new TileTemplate(`https://tiles.example/{z}/{x}${query}`);
        expect(template.url(tile).search).toContain(key);
        const name = key.split('=')[0]!;
        expect(template.masked).toBe(
          named
            ? 'https://tiles.example/{z}/{x}?y={y}&key=…'
            : `https://tiles.example/{z}/{x}?${key.includes('=') ? `${name}=…` : '…'}&y={y}`,
        );
      }),
      { examples: [['constructor', false]] },
    );
  });

  it.each([
    'tiles.example/{z}/{x}/{y}.png',
    'https://tiles.example/{z}/{x}.png?key=SECRET',
    'https://tiles.example/{z}/{x}/{y}/{-y}?key=SECRET',
    'https://tiles.example/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}?key=SECRET',
    'https://{s}.tiles.example/{z}/{x}/{y}?key=SECRET',
    'https://t{x}.example/{z}/{x}/{y}?key=SECRET',
    'https://:SECRET@/{z}/{x}/{y}',
  ])('is refused as %s, with what to write and without its key', (href) => {
    const refused = thrownBy(() => new TileTemplate(href));
    expect(refused).toMatchObject({
      code: 'input-invalid',
      more: { action: expect.stringMatching(/.{15}/) as string },
    });
    expect(JSON.stringify([refused.message, refused.more])).not.toContain('SECRET');
  });
});

describe('an address of the internet', () => {
  it.each(['93.184.216.34', '8.8.8.8', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::5'])('is public: %s', (ip) => {
    expect(isPublicAddress(ip)).toBe(true);
  });
  it.each([
    ...['127.0.0.1', '127.255.0.1', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1'],
    ...['169.254.169.254', '100.100.100.200', '168.63.129.16', '192.0.0.192', '224.0.0.1', '255.255.255.255'],
    ...['::1', '::', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', 'fc00::1', 'ff02::1', '::ffff:127.0.0.1'],
    ...['::ffff:8.8.8.8', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::', '2001:db8::1', 'localhost', ''],
  ])('is not: %s', (ip) => {
    expect(isPublicAddress(ip)).toBe(false);
  });
});

describe('the tiles of an area', () => {
  const bounds = tileBounds({ x: 386_690, y: 220_241, z: 19 });

  it('are those that it meets, row by row', () => {
    expect(tilesOf(bounds, 19)).toEqual([{ x: 386_690, y: 220_241, z: 19 }]);
    expect(tilesOf(bounds, 20)).toEqual([
      { x: 773_380, y: 440_482, z: 20 },
      { x: 773_381, y: 440_482, z: 20 },
      { x: 773_380, y: 440_483, z: 20 },
      { x: 773_381, y: 440_483, z: 20 },
    ]);
  });

  it('are refused where they are too many, with their number and the largest zoom that would do', () => {
    const bbox: Bbox = [85.5, 27.6, 85.6, 27.7];
    const { message, more } = thrownBy(() => tilesOf(bbox, 19));
    const counted = (zoom: number): number => {
      const { x0, y0, x1, y1 } = tileRange(bbox, zoom);
      return (x1 - x0) * (y1 - y0);
    };
    expect(message).toContain(`${counted(19)} tiles`);
    const zoom = Number(/zoom (\d+)/.exec(more.action ?? '')?.[1]);
    expect(counted(zoom)).toBeLessThanOrEqual(mostTiles);
    expect(counted(zoom + 1)).toBeGreaterThan(mostTiles);
    expect(tilesOf(bbox, zoom)).toHaveLength(counted(zoom));
  });

  it.each([
    [[27.6, 85.5, 27.7, 85.6]],
    [[85.6, 27.6, 85.5, 27.7]],
    [[85.5, 27.6, 85.5, 27.7]],
    [[-181, 0, 0, 1]],
    [[NaN, 0, 1, 1]],
  ])('are refused where the area is none of the web map: %j', (bbox) => {
    expect(thrownBy(() => checkBbox(bbox))).toMatchObject({
      code: 'input-invalid',
      more: { where: '/inputs/template/bbox' },
    });
  });
});

describe("a tile's picture", () => {
  it('is known by its bytes', async () => {
    expect(await readTilePicture(await tilePng(tile), tile)).toEqual({ extension: 'png', edge: 32, isEmpty: false });
    expect(await readTilePicture(await tileJpeg(tile), tile)).toEqual({ extension: 'jpg', edge: 32, isEmpty: false });
  });

  it('is read or refused with the name of the tile, whatever its bytes, and a cut one is refused', async () => {
    const whole = await tileJpeg(tile);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(whole.length - 40).map((length) => new Uint8Array(whole.subarray(0, length))),
      fc.constant(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        await expect(readTilePicture(content, tile)).rejects.toMatchObject({
          code: 'imagery-corrupt',
          more: { where: '4/3/5' },
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('the setting CAIRN_TILE_HOSTS', () => {
  it('is a list of hosts with their ports', () => {
    expect(readConfig({}).tileHosts).toEqual([]);
    expect(readConfig({ CAIRN_TILE_HOSTS: 'tiles.local:8080, [fd00::1]:80' }).tileHosts).toEqual([
      'tiles.local:8080',
      '[fd00::1]:80',
    ]);
  });

  it.each(['tiles.local', 'http://tiles.local:80', 'a:1 b:2'])('is refused as %s', (text) => {
    expect(thrownBy(() => readConfig({ CAIRN_TILE_HOSTS: text }))).toMatchObject({
      code: 'input-invalid',
      more: { where: 'CAIRN_TILE_HOSTS' },
    });
  });
});

function thrownBy(work: () => unknown): CairnError {
  try {
    work();
  } catch (error) {
    if (error instanceof CairnError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}
