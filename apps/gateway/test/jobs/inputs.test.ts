import { CairnError } from '@cairn/contracts';
import { describe, expect, it } from 'vitest';
import { descriptionOf } from '../../src/jobs/description.ts';
import { checkInputs } from '../../src/jobs/inputs.ts';

const dvc = { url: 'https://example.org/data.git', rev: 'main', path: 'town/data' };

describe('the inputs of a training', () => {
  it.each([
    ['a dataset', { dataset: 'town' }],
    ['data in a DVC repository', { dvc }],
    ['such data with what is told of them', { dvc: { ...dvc, id: 'town', licence: 'CC-BY-4.0' } }],
    ['such data in a folder', { dvc: { ...dvc, url: '/srv/data @ home' } }],
  ])('name %s', (_what, data) => {
    expect(checkInputs('train-model', { model: 'tiny', ...data }).inputs).toEqual({ model: 'tiny', ...data });
  });

  it.each([
    ['neither of both', {}],
    ['both', { dataset: 'town', dvc }],
  ])('that name %s are refused in words', (_what, data) => {
    expect(() => checkInputs('train-model', { model: 'tiny', ...data })).toThrow(
      'Exactly one of these is wanted: a dataset of the catalogue, or data in a DVC repository.',
    );
  });

  it.each([
    ['a password', 'https://me:secret@example.org/data.git'],
    ['a query', 'https://example.org/data.git?token=secret'],
  ])('with %s in an address are refused before they are written down, and not repeated', (_what, url) => {
    const check = (): unknown => checkInputs('train-model', { model: 'tiny', dvc: { ...dvc, url } });
    expect(check).toThrow(CairnError);
    expect(check).not.toThrow(/secret/);
  });

  it('are described each by itself, with titles that a person reads', () => {
    const { inputs } = descriptionOf('train-model', '');
    expect(inputs['dataset']).toMatchObject({ title: 'Dataset', minOccurs: 0 });
    expect(inputs['dvc']).toMatchObject({
      title: 'Data in a DVC repository',
      minOccurs: 0,
      schema: { required: ['url', 'rev', 'path'], properties: { licence: { title: 'Licence' } } },
    });
  });
});
