import { CairnError, type CairnClient } from '@cairn/contracts';
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { AddCommand, Surroundings } from '../command.ts';
import { listFiles, uploadFiles } from '../folder.ts';
import { connect } from '../gateway.ts';
import { toIdentifier } from '../identifier.ts';
import { readNotice } from '../notices.ts';

export interface ImageryOptions {
  id?: string;
  title?: string;
  licence?: string;
  attribution?: string;
}

/** `cairn imagery add`: an image to predict on. */
export const addImagery: AddCommand = (program, act) => {
  program
    .command('imagery')
    .description('bring images to predict on')
    .command('add <file-or-folder>')
    .description('add a GeoTIFF, or a folder of chips, which becomes one COG')
    .option('--id <id>', 'its name in the catalogue (default: the name of the file)')
    .option('--title <words>', 'what people call it')
    .option('--licence <spdx>', 'licence, as an SPDX identifier')
    .option('--attribution <words>', 'whom to name')
    .action(
      act(async (around, path: string, options: ImageryOptions) => {
        const result = await sendImagery(around, await connect(around.config), path, options);
        around.output.result(result, () => {
          around.output.line(
            result.changed
              ? `Added imagery ${result.imagery}.`
              : `Imagery ${result.imagery} is there already; nothing changed.`,
          );
          around.output.line(
            `  ${result.gsd.toFixed(3)} m a pixel, extent ${result.bbox.map((value) => value.toFixed(5)).join(', ')}`,
          );
          around.output.line(`  digest ${result.digest}`);
        });
      }),
    );
};

const images = /\.(tiff?|jpe?g|png)$/i;

/** Uploads an image or a folder of chips and runs `add-imagery` on it. */
export async function sendImagery(
  { output, signal }: Surroundings,
  client: CairnClient,
  path: string,
  options: ImageryOptions,
) {
  if (/^https?:\/\//.test(path)) {
    throw new CairnError('imagery-unsupported', 'Images behind an address cannot be added yet.', {
      where: path,
      action: 'Download the image and add the file.',
    });
  }
  const full = resolve(path);
  const isFolder = (await stat(full).catch(() => undefined))?.isDirectory() === true;
  const folder = isFolder ? full : dirname(full);
  const paths = isFolder ? (await listFiles(folder)).filter((name) => images.test(name)) : [basename(full)];
  if (paths.length === 0) {
    throw new CairnError('imagery-unsupported', `The folder ${folder} holds no images.`, {
      where: folder,
      action: 'Give a GeoTIFF, or a folder of chips (.jpg, .png or .tif).',
    });
  }
  const notice = await readNotice(folder, paths);
  const attribution = options.attribution ?? notice.attribution;
  const files = await uploadFiles(client, folder, paths, (words) => output.progress(words));
  return client.run(
    'add-imagery',
    {
      id: options.id ?? toIdentifier(basename(full)),
      title: options.title ?? notice.title ?? basename(full),
      licence: options.licence ?? notice.licence ?? 'other',
      ...(attribution === undefined ? {} : { attribution }),
      files,
    },
    output.job('Adding the imagery'),
    signal,
  );
}
