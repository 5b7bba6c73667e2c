import { expect, test } from 'vitest';
import { failures, verify } from './failures.ts';
import { withValue } from './tamper.ts';
import { type Building, buildings, signedFile } from './trail.ts';

test('a changed feature is named, and the first five of many', () => {
  const file = signedFile();
  const one = failures(withValue(file, ['features', 3, 'properties', 'confidence'], 0.99));
  expect(Object.keys(one)).toEqual(['features/ids', 'features/manifest']);
  expect(one['features/ids']).toContain(`number 4 (id ${file.features[3]?.id ?? ''})`);
  const all = { ...file, features: file.features.map((feature) => withValue(feature, ['properties', 'height'], 3)) };
  expect(failures(all)['features/ids']).toMatch(/^12 of the features.*number 1 .*number 5 .*; and 7 more/);
});

test('missing, added and repeated features are counted and named', () => {
  const file = signedFile();
  const [first] = file.features as [Building];
  expect(failures({ ...file, features: file.features.slice(1) })['features/count']).toContain('1 missing');
  const added = failures({ ...file, features: [...file.features, ...buildings(13).slice(12)] });
  expect(added['features/count']).toContain('1 added');
  const repeated = failures({ ...file, features: [...file.features.slice(1), file.features[1]] });
  expect(repeated['features/duplicates']).toContain('number 12');
  expect(repeated['features/manifest']).toBeDefined();
  const nameless = { type: 'Feature', geometry: first.geometry, properties: { confidence: 1 } };
  expect(failures({ ...file, features: [nameless, ...file.features.slice(1)] })['features/ids']).toContain(
    'number 1 (no id)',
  );
});

test('a feature exchanged together with its id is seen, though it cannot be named', () => {
  const file = signedFile();
  const features = [...file.features.slice(0, 11), ...buildings(13).slice(12)];
  const failed = failures({ ...file, features });
  expect(Object.keys(failed)).toEqual(['features/manifest']);
  expect(failed['features/manifest']).toContain('exchanged together with its id');
});

test('features without any ids pass, since an export may drop them', () => {
  const file = signedFile();
  const features = file.features.map(({ type, geometry, properties }) => {
    const kept = Object.entries(properties).filter(([name]) => name !== 'id');
    return { type, geometry, properties: Object.fromEntries(kept) };
  });
  expect(failures({ ...file, features })).toEqual({});
});

test('a coordinate system that would move the features fails, one that changes nothing does not', () => {
  const crs = (name: string): object => ({ type: 'name', properties: { name } });
  const file = signedFile();
  expect(failures({ ...file, crs: crs('EPSG:3857') })['features/crs']).toContain('coordinate system');
  expect(failures({ ...file, crs: crs('urn:ogc:def:crs:OGC:1.3:CRS84') })).toEqual({});
  const inside = withValue(file, ['features', 1, 'geometry', 'crs'], crs('EPSG:3857'));
  expect(failures(inside)['features/crs']).toContain('number 2');
});

test('what the receipt does not cover is said, and does not fail', () => {
  const file = { ...signedFile(), name: 'buildings', bbox: [85, 27, 86, 28] };
  const { ok, checks } = verify(file);
  expect(ok).toBe(true);
  expect(checks.at(-1)?.words).toBe('Not covered by the receipt: collection "bbox", collection "name".');
});

test('a file in which a member is given twice fails, since programs would disagree on it', () => {
  const text = JSON.stringify(signedFile()).replace('"confidence":0.5', '"confidence":0.9,"confidence":0.5');
  expect(failures(text)['file']).toContain('"confidence" twice');
});
