import { describe, expect, test } from 'vitest';
import type { ModelChoice } from '../src/catalog/models.ts';
import { kmBetween } from '../src/catalog/nearness.ts';
import { filtered } from '../src/discover/filters.ts';
import { hrefOf, readLocation } from '../src/route/place.ts';

describe('an address', () => {
  test.each([
    { page: 'discover' },
    { page: 'model', model: 'roofs é/1' },
    { page: 'predict' },
    { page: 'training' },
    { page: 'train' },
    { page: 'runs' },
    { page: 'dataset', dataset: 'a town' },
    { page: 'approve', model: 'roofs' },
    { page: 'job', job: '7' },
    { page: 'predictions' },
    { page: 'blueprint' },
    { page: 'operate', section: 'tokens' },
    { page: 'prediction', prediction: 'ab12' },
    { page: 'trail', prediction: 'ab12' },
    { page: 'verify' },
    { page: 'feedback' },
  ] as const)('of $page leads back to it', (place) => {
    const { place: read, query } = readLocation(hrefOf(place, { model: 'a/1', area: '', imagery: undefined }));
    expect(read).toEqual(place);
    expect([...query]).toEqual([['model', 'a/1']]);
  });

  test.each(['#/nothing', '#/models/a/b', '#/models/%E0%A4%A', '#main'])('%s is no mistake of the page', (hash) => {
    expect(readLocation(hash).place.page).toBe(hash.includes('%') ? 'model' : 'nowhere');
  });
});

const model = (more: Partial<ModelChoice>): ModelChoice => ({
  ...{ id: 'm/1', model: 'm', version: 1, title: 'M', description: '', stage: 'production', tasks: [], classes: [] },
  ...{ gsd: 0.3, licence: 'CC0-1.0', data: 'real', bbox: [10, 50, 10.1, 50.1], metrics: {} },
  ...{ picture: undefined, example: undefined, approval: undefined },
  ...more,
});
const image = {
  ...{ id: 'town', title: 'Town', licence: '', attribution: '', gsd: 0.3, created: '' },
  ...{ bbox: [10.5, 50, 10.6, 50.1] as [number, number, number, number] },
  geometry: { type: 'Polygon' as const, coordinates: [] },
};

test('models are filtered by place, task, resolution and licence', () => {
  const near = model({ tasks: ['object-detection'] });
  const far = model({ id: 'm/2', bbox: [0, 0, 1, 1], gsd: 0.1, licence: 'MIT' });
  const ids = (filters: Parameters<typeof filtered>[1], view?: [number, number, number, number]) =>
    filtered([near, far], filters, [image], view).map(({ id }) => id);
  expect(ids({})).toEqual(['m/1', 'm/2']);
  expect(ids({ place: 'near:town' })).toEqual(['m/1']);
  expect(ids({ place: 'view' }, [0.5, 0.5, 2, 2])).toEqual(['m/2']);
  expect(ids({ place: 'view' })).toEqual(['m/1', 'm/2']);
  expect(ids({ task: 'object-detection' })).toEqual(['m/1']);
  expect(ids({ gsd: 'fine' })).toEqual(['m/2']);
  expect(ids({ licence: 'MIT', gsd: 'middle' })).toEqual([]);
});

test('nearness is about that of the earth, also over the antimeridian', () => {
  expect(kmBetween([10, 50, 10.1, 50.1], [10.5, 50, 10.6, 50.1])).toBeCloseTo(28.5, 0);
  expect(kmBetween([179, 0, 179.5, 1], [-180, 0, -179, 1])).toBeCloseTo(55.6, 0);
  expect(kmBetween([0, 0, 1, 1], [0.5, 0.5, 2, 2])).toBe(0);
});
