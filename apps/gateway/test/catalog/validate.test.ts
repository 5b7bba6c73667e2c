import fc from 'fast-check';
import { CairnError } from '@cairn/contracts';
import { describe, expect, test } from 'vitest';
import { validateItem } from '../../src/catalog/validate.ts';
import { versionExtension } from '../../src/catalog/version-extension.ts';
import { image, model } from './items.ts';

type Json = Record<string, unknown>;

/** The item with the member at a path (keys joined by `/`) replaced, or taken out. */
function changed(item: Json, path: string, value?: unknown): Json {
  const copy = structuredClone(item);
  const keys = path.split('/');
  const last = keys.pop() ?? '';
  const holder = keys.reduce<Json>((at, key) => at[key] as Json, copy);
  if (value === undefined) Reflect.deleteProperty(holder, last);
  else holder[last] = value;
  return copy;
}

function problemOf(item: unknown, own?: Record<string, unknown>): { where: string | undefined; message: string } {
  try {
    validateItem(item, own);
  } catch (error) {
    if (error instanceof CairnError && error.code === 'item-invalid')
      return { where: error.more.where, message: error.message };
    throw error;
  }
  return { where: undefined, message: 'valid' };
}

describe('validating an item', () => {
  test('accepts valid ones, with and without MLM', () => {
    expect(problemOf(image('a'))).toEqual({ where: undefined, message: 'valid' });
    expect(problemOf(model('detector'))).toEqual({ where: undefined, message: 'valid' });
  });

  test.each([
    ['id', undefined, '/', 'id'],
    ['assets', undefined, '/', 'assets'],
    ['links', undefined, '/', 'links'],
    ['stac_version', '1.0.0', '/stac_version', '1.1.0'],
    ['bbox', ['a', 0, 1, 1], '/bbox/0', 'number'],
    ['geometry/coordinates/0/2/0', 'x', '/geometry/coordinates/0/2/0', 'number'],
    ['properties/start_datetime', undefined, '/properties', 'start_datetime'],
    ['properties/end_datetime', 'yesterday', '/properties/end_datetime', 'datetime'],
    ['assets/weights/href', undefined, '/assets/weights', 'href'],
    ['properties/mlm:name', undefined, '/properties', 'mlm v1.5.2'],
    ['properties/mlm:tasks', ['guessing'], '/properties/mlm:tasks/0', 'semantic-segmentation'],
    ['properties/mlm:input/0/input/shape', undefined, '/properties/mlm:input/0/input', 'shape'],
    ['properties/mlm:hyperparameters', 3, '/properties/mlm:hyperparameters', 'object'],
    ['assets/weights/mlm:artifact_type', undefined, '/assets/weights', 'mlm:artifact_type'],
    ['assets/weights/file:checksum', 'not hexadecimal', '/assets/weights/file:checksum', 'file v2.1.0'],
    ['stac_extensions', ['https://stac-extensions.github.io/mlm/v1.3.0/schema.json'], '/stac_extensions/0', 'v1.5.2'],
  ])('names the place and the rule where %s is %j', (path, value, where, word) => {
    const problem = problemOf(changed(model('detector'), path, value));
    expect(problem.where).toBe(where);
    expect(problem.message).toContain(word);
  });

  test.each([
    ['version', 2, 'string'],
    ['deprecated', 'yes', 'boolean'],
    ['experimental', 1, 'boolean'],
  ])('holds %s to STAC’s version extension where the item declares it', (name, value, word) => {
    const item = changed(image('a'), `properties/${name}`, value);
    expect(problemOf(item).where).toBeUndefined();
    const problem = problemOf({ ...item, stac_extensions: [versionExtension] });
    expect(problem).toMatchObject({ where: `/properties/${name}` });
    expect(problem.message).toContain(word);
  });

  test('asks for no link to the collection, which the catalogue adds', () => {
    expect(problemOf(changed(image('a'), 'collection'))).toEqual({ where: undefined, message: 'valid' });
  });

  describe('with an extension of its own', () => {
    const uri = 'https://cairn.invalid/metrics/v1/schema.json';
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: uri,
      properties: { properties: { required: ['metrics:iou'] } },
    };
    const withUri = (item: Json) => ({ ...item, stac_extensions: [...(item['stac_extensions'] as string[]), uri] });

    test('takes it as it is without a schema, and holds it to the one that came with it', () => {
      expect(problemOf(withUri(image('a'))).where).toBeUndefined();
      expect(problemOf(withUri(image('a')), { [uri]: schema })).toMatchObject({ where: '/properties' });
      const good = changed(withUri(image('a')), 'properties/metrics:iou', 0.75);
      expect(problemOf(good, { [uri]: schema }).where).toBeUndefined();
    });

    test('is told where that schema is none, or refers to one that is not here', () => {
      for (const bad of ['text', { type: 5 }, { $ref: 'https://example.org/elsewhere.json' }]) {
        expect(problemOf(withUri(image('a')), { [uri]: bad })).toMatchObject({ where: '/stac_extensions/0' });
      }
    });

    test('cannot replace the schema of an extension that is known', () => {
      const lax = { 'https://stac-extensions.github.io/mlm/v1.5.2/schema.json': {} };
      expect(problemOf(changed(model('detector'), 'properties/mlm:name'), lax).where).toBe('/properties');
    });
  });

  test('never fails in another way, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => void problemOf(value)),
      { numRuns: 300 },
    );
    const member = fc.constantFrom(
      'id',
      'bbox',
      'geometry',
      'properties',
      'links',
      'assets',
      'stac_extensions',
      'collection',
    );
    fc.assert(
      fc.property(member, fc.jsonValue(), (name, value) => void problemOf({ ...model('detector'), [name]: value })),
      { numRuns: 300 },
    );
  });
});
