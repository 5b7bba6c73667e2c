import type { DatasetDiff } from '@cairn/contracts';
import type { ObjectStore } from '../storage/objects.ts';
import { changesOf } from './changes.ts';
import { chipsFolder } from './chips.ts';
import type { DatasetVersions, VersionRow } from './dataset-versions.ts';
import { labelsFile } from './labels.ts';
import type { DatasetThread } from './reader-thread.ts';

/** What a comparison reads. */
export interface DiffParts {
  versions: DatasetVersions;
  objects: ObjectStore;
  reader: DatasetThread;
}

/** Properties that every version has anew. */
const ownOfEach = new Set(['updated', 'end_datetime', 'cairn:version', 'cairn:receipt']);

/**
 * What differs between two versions of a dataset: chips by path and bytes, labels by id and place, properties of the item.
 * @throws CairnError `not-found` for bytes that are gone.
 */
export async function diffVersions(from: VersionRow, to: VersionRow, parts: DiffParts): Promise<DatasetDiff> {
  const [before, after] = [await filesOf(from, parts), await filesOf(to, parts)];
  const chips = (files: Map<string, string>): string[] =>
    [...files.keys()].filter((path) => path.startsWith(chipsFolder));
  return {
    dataset: to.dataset,
    from: from.version,
    to: to.version,
    chips: {
      added: changesOf(chips(after).filter((path) => !before.has(path))),
      removed: changesOf(chips(before).filter((path) => !after.has(path))),
      changed: changesOf(chips(after).filter((path) => before.has(path) && before.get(path) !== after.get(path))),
    },
    labels: await labelChanges(before.get(labelsFile), after.get(labelsFile), parts),
    properties: propertyChanges(from.item.properties, to.item.properties),
  };
}

async function filesOf(version: VersionRow, { versions }: DiffParts): Promise<Map<string, string>> {
  return new Map((await versions.files(version)).map(({ path, digest }) => [path, digest]));
}

async function labelChanges(
  before: string | undefined,
  after: string | undefined,
  { objects, reader }: DiffParts,
): Promise<DatasetDiff['labels']> {
  const none = changesOf([]);
  if (before === undefined || after === undefined || before === after)
    return { added: none, removed: none, moved: none };
  return reader.call('compare', await objects.file(before), await objects.file(after));
}

function propertyChanges(from: object, to: object): DatasetDiff['properties'] {
  const [before, after] = [new Map(Object.entries(from)), new Map(Object.entries(to))] as Map<string, unknown>[];
  const names = [...new Set([...before!.keys(), ...after!.keys()])].filter((name) => !ownOfEach.has(name)).sort();
  return names
    .map((name) => ({ name, from: before!.get(name) ?? null, to: after!.get(name) ?? null }))
    .filter(({ from: a, to: b }) => JSON.stringify(a) !== JSON.stringify(b));
}
