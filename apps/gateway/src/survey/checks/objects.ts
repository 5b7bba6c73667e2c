import type { Digest, FileSet } from '@cairn/contracts';
import type { Database } from '../../db/database.ts';
import { digestOfMultihash } from '../../imagery/imagery-item.ts';
import type { ObjectStore } from '../../storage/objects.ts';
import type { Check, Finding } from '../finding.ts';
import { isSound } from '../stored-bytes.ts';

/** Something that names bytes of the object store. */
interface Holder {
  where: string;
  title: string;
  digest: Digest;
  action: string;
}

/** Files of packages, lists of datasets' files, images, predictions and example pictures whose bytes are gone or changed in the object store. */
export function objectsCheck({ database, objects }: { database: Database; objects: ObjectStore }): Check {
  return {
    name: 'stored bytes',
    look: async (deep) => {
      const holders: Holder[] = [];
      for (const kind of [packageFiles, datasetLists, images, predictions, examples])
        holders.push(...(await kind(database)));
      const findings: Finding[] = [];
      const sound = new Map<Digest, boolean>();
      for (const { where, title, digest, action } of holders) {
        const known = sound.get(digest) ?? (await isSound(objects, digest, deep));
        sound.set(digest, known);
        if (!known) findings.push({ what: `${title} (${digest}): its bytes are gone or changed.`, where, action });
      }
      return findings;
    },
  };
}

const restore = 'Restore objects/ in the state folder from a backup, or upload the file again.';

async function packageFiles(database: Database): Promise<Holder[]> {
  const rows = await database.query<{ model: string; package_digest: Digest; files: FileSet }>(
    'select model, package_digest, files from cairn.revision order by model, at',
  );
  return rows.flatMap(({ model, package_digest: revision, files }) =>
    files.map(({ path, digest }) => ({
      where: `model:${model}`,
      title: `The file ${path} of the revision ${revision}`,
      digest,
      action: restore,
    })),
  );
}

async function datasetLists(database: Database): Promise<Holder[]> {
  const rows = await database.query<{ dataset: string; version: number; digest: Digest }>(
    'select dataset, version, digest from cairn.dataset_version order by dataset, version',
  );
  return rows.map(({ dataset, version, digest }) => ({
    where: `dataset:${dataset}`,
    title: `The list of files of version ${version}`,
    digest,
    action: restore,
  }));
}

async function images(database: Database): Promise<Holder[]> {
  const rows = await database.query<{ id: string; checksum: string }>(
    `select id, content->'assets'->'image'->>'file:checksum' as checksum from pgstac.items
     where collection = 'imagery' order by id`,
  );
  return rows.flatMap(({ id, checksum }) => {
    const digest = digestOfMultihash(checksum);
    return digest === undefined ? [] : [{ where: `imagery:${id}`, title: 'The image', digest, action: restore }];
  });
}

async function predictions(database: Database): Promise<Holder[]> {
  const rows = await database.query<{ id: string; digest: Digest }>(
    'select id, geojson_digest as digest from cairn.prediction order by at',
  );
  return rows.map(({ id, digest }) => ({
    where: `prediction:${id}`,
    title: 'The GeoJSON of the prediction',
    digest,
    action:
      'Restore objects/ in the state folder from a backup, or upload a copy of the GeoJSON that somebody has kept.',
  }));
}

async function examples(database: Database): Promise<Holder[]> {
  const rows = await database.query<{ model: string; version: number; dataset: string; digest: Digest }>(
    `select model, version, dataset, p->>'digest' as digest from cairn.example_set, jsonb_array_elements(pictures) as p
     order by model, version, dataset, digest`,
  );
  return rows.map(({ model, version, dataset, digest }) => ({
    where: `version:${model}/${version}`,
    title: `An example picture on the dataset ${dataset}`,
    digest,
    action: `Draw it again: cairn examples ${model}/${version} --dataset ${dataset}`,
  }));
}
