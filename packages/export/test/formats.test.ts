import { normaliseGeometry, RECEIPT_MEMBER, verifyFeatureCollection } from '@cairn/receipt';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FORMAT_NAMES, FORMATS, provenanceOf, readExport } from '../src/index.ts';
import { building, bytesOf, prediction, publicKeyPem } from './prediction.ts';
import { buildings, houses } from './random.ts';

const runs = process.env['CAIRN_TEST_FULL'] === undefined ? 25 : 1000;

/** The checks of a file's features that fail; its trail is not looked at, since these receipts build on nothing. */
function failures(file: unknown): string[] {
  const { checks } = verifyFeatureCollection(file, { publicKeyPem });
  const looked = ({ name }: { name: string }): boolean => /^(file|receipt|features\/.*)$/.test(name);
  return checks.filter((check) => !check.ok && looked(check)).map(({ name }) => name);
}

describe.each(FORMAT_NAMES)('%s', (format) => {
  test('what is read back is what was signed, with its receipt', async () => {
    await fc.assert(
      fc.asyncProperty(buildings, async (features) => {
        const collection = prediction(features);
        const file = (await readExport(await bytesOf(collection, format)))!;
        expect(file[RECEIPT_MEMBER]).toEqual(collection.receipt);
        expect(failures(file)).toEqual([]);
        const shapes = (all: readonly unknown[]): [string, unknown][] =>
          (all as { id: string; geometry: unknown }[])
            .map(({ id, geometry }): [string, unknown] => [id, normaliseGeometry(geometry)])
            .sort(([one], [other]) => (one < other ? -1 : 1));
        expect(shapes(file.features)).toEqual(shapes(features));
      }),
      { numRuns: runs },
    );
  });

  test('a feature that says another receipt, or was changed, fails', async () => {
    const collection = prediction(houses);
    const file = (await readExport(await bytesOf(collection, format)))! as { features: typeof houses };
    const { receipt } = provenanceOf(collection.receipt);
    expect(file.features.map(({ properties }) => properties['receipt'])).toEqual([receipt, receipt]);
    const stray = structuredClone(file);
    Object.assign(stray.features[1]!.properties, {
      receipt: receipt.replace(/.$/, (end) => (end === '0' ? '1' : '0')),
    });
    expect(failures(stray)).toEqual(['features/receipt']);
    const changed = structuredClone(file);
    Object.assign(changed.features[0]!.properties, { confidence: 0.99 });
    expect(failures(changed)).toEqual(['features/ids', 'features/manifest']);
  });

  test('the same prediction gives the same bytes', async () => {
    const collection = prediction(houses);
    expect(await bytesOf(collection, format)).toEqual(await bytesOf(collection, format));
  });

  test('a prediction without buildings still carries its receipt', async () => {
    const collection = prediction([]);
    const file = (await readExport(await bytesOf(collection, format)))!;
    expect(file.features).toEqual([]);
    expect(file[RECEIPT_MEMBER]).toEqual(collection.receipt);
    expect(failures(file)).toEqual([]);
  });

  test('a broken file is refused, wherever it breaks', async () => {
    const bytes = await bytesOf(prediction(houses), format);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 8, max: bytes.length - 2 }), async (end) => {
        const file = await readExport(bytes.subarray(0, end)).catch((error: unknown) => error);
        if (file instanceof Error) expect(file).toMatchObject({ name: 'ExportError' });
        else expect(failures(file)).not.toEqual([]);
      }),
      { numRuns: runs },
    );
  });
});

test('properties that would be one column are refused by what has columns', async () => {
  const clash = prediction([building(houses[0]!.geometry, { Area: 1, area: 2 })]);
  for (const format of FORMAT_NAMES.filter((one) => FORMATS[one].columns)) {
    await expect(bytesOf(clash, format)).rejects.toThrow('"area" cannot be a column beside the others');
  }
});

test('text that is no export is told from one', async () => {
  expect(await readExport(new TextEncoder().encode('{"type":"FeatureCollection","features":[]}'))).toBeNull();
  expect(await readExport(new Uint8Array())).toBeNull();
});
