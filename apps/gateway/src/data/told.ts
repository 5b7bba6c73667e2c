import { CairnError, DatasetTold, toIdentifier } from '@cairn/contracts';
import Value from 'typebox/value';
import type { DatasetLabel } from './dataset-item.ts';

/** What the place that data are from tells of them. */
export type SourceTold = Omit<DatasetTold, 'id'>;

/**
 * Takes of a value that somebody else wrote (what their pointer or notice tells of the data) what can be used; the rest is
 * passed over.
 */
export function readTold(value: unknown): SourceTold {
  if (typeof value !== 'object' || value === null) return {};
  const { title, licence, license = licence, attribution } = value as Record<string, unknown>;
  const told = Object.entries({ title, licence: license, attribution }).filter(
    ([name, text]) => text !== undefined && Value.Check(DatasetTold, { [name]: text }),
  );
  return Object.fromEntries(told);
}

/**
 * What is told of a dataset, whole: what is asked for, else what its source tells. Without a name it is called as its folder.
 * @param place of what is asked for, in the request.
 * @throws CairnError `input-invalid` where nobody tells the licence.
 */
export function settleTold(asked: DatasetTold, source: SourceTold, folder: string, place: string): DatasetLabel {
  const licence = asked.licence ?? source.licence;
  if (licence === undefined) {
    throw new CairnError('input-invalid', 'Nothing tells the licence of the data: their repository names none.', {
      where: `${place}/licence`,
      action: 'Give it with the request, as an SPDX identifier; "other" where it has none.',
    });
  }
  return {
    id: asked.id ?? toIdentifier(folder),
    title: asked.title ?? source.title ?? folder,
    licence,
    attribution: asked.attribution ?? source.attribution ?? '',
  };
}

/** Whether nothing that is asked for differs from what a dataset is told to be. */
export function agrees(asked: DatasetTold, held: DatasetLabel): boolean {
  const names = ['id', 'title', 'licence', 'attribution'] as const;
  return names.every((name) => asked[name] === undefined || asked[name] === held[name]);
}
