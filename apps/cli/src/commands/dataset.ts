import { CairnError, type CairnClient, type DatasetWarning, toIdentifier } from '@cairn/contracts';
import { basename, resolve } from 'node:path';
import { attended } from '../attended-job.ts';
import type { AddCommand, Surroundings } from '../command.ts';
import { addDvcOptions, addToldOptions, type DvcOptions, readDvcSource, readTold } from '../dvc-options.ts';
import { listFiles, uploadFiles } from '../folder.ts';
import { connect } from '../gateway.ts';
import { addDatasetVersions } from './dataset-versions.ts';
import { readNotice } from '../notices.ts';
import type { Output } from '../output.ts';

/** `cairn dataset add`: chips and labels, pinned by DVC. */
export const addDataset: AddCommand = (program, act) => {
  const dataset = program.command('dataset').description('bring training data, and see how it changed');
  addDatasetVersions(dataset, act);
  const add = dataset
    .command('add [dir]')
    .description(
      'add a folder with chips/ and labels.geojson or labels.osm as a dataset, pinned by DVC; or such a folder of a DVC repository',
    );
  addToldOptions(addDvcOptions(add, 'a folder')).action(
    act(async (around, dir: string | undefined, options: DvcOptions) => {
      const client = await connect(around.config);
      const result = await (dir === undefined
        ? fetchDataset(around, client, options)
        : sendDataset(around, client, dir, options));
      around.output.result(result, () => {
        around.output.line(
          result.changed
            ? `Added dataset ${result.dataset}.`
            : `Dataset ${result.dataset} is there already; nothing changed.`,
        );
        around.output.line(`  ${result.chips} chips, ${result.buildings} buildings`);
        around.output.line(`  digest ${result.digest}, DVC ${result.dvcMd5}`);
        for (const warning of result.warnings) tellWarning(around.output, warning);
      });
    }),
  );
};

/** Lets the gateway fetch a dataset from a DVC repository. */
async function fetchDataset(around: Surroundings, client: CairnClient, options: DvcOptions) {
  const dvc = readDvcSource(options);
  if (dvc === undefined) {
    throw new CairnError('input-invalid', 'Neither a folder nor a DVC repository with a path in it is named.', {
      action: 'Give a folder, or --dvc URL --rev REVISION --path PATH.',
    });
  }
  return attended(client, 'add-dataset', { ...readTold(options), dvc }, 'Adding the dataset', around);
}

/** A warning in words, with the first places of it. */
function tellWarning(output: Output, { words, count, where }: DatasetWarning): void {
  const shown = where.slice(0, 3);
  output.line(
    `  note: ${words}: ${shown.join(', ')}${count > shown.length ? `, and ${count - shown.length} more` : ''}`,
  );
}

const labelFiles = ['labels.geojson', 'labels.osm'];

/** Uploads a dataset folder and runs `add-dataset` on it. */
export async function sendDataset(
  { output, signal }: Surroundings,
  client: CairnClient,
  dir: string,
  options: DvcOptions,
) {
  const folder = resolve(dir);
  const paths = (await listFiles(folder)).filter(
    (path) => path.startsWith('chips/') || labelFiles.includes(path) || path === 'dataset.json',
  );
  const isLabelled = paths.some((path) => labelFiles.includes(path));
  if (!isLabelled || !paths.some((path) => path.startsWith('chips/'))) {
    throw new CairnError('dataset-invalid', `The folder ${folder} holds no ${isLabelled ? 'chips/' : 'labels'}.`, {
      where: folder,
      action: 'Give a folder with the images in chips/ and the outlines in labels.geojson or labels.osm.',
    });
  }
  const notice = await readNotice(folder, paths);
  const attribution = options.attribution ?? notice.attribution;
  const files = await uploadFiles(client, folder, paths, (words) => output.progress(words));
  return client.run(
    'add-dataset',
    {
      id: options.id ?? toIdentifier(basename(folder)),
      title: options.title ?? notice.title ?? basename(folder),
      licence: options.licence ?? notice.licence ?? 'other',
      ...(attribution === undefined ? {} : { attribution }),
      files,
    },
    output.job('Adding the dataset'),
    signal,
  );
}
