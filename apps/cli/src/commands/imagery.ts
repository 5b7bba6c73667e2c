import { CairnError, type CairnClient, type ProcessInput, type ProcessResult, toIdentifier } from '@cairn/contracts';
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { attended } from '../attended-job.ts';
import type { AddCommand, Surroundings } from '../command.ts';
import { listFiles, uploadFiles } from '../folder.ts';
import { connect } from '../gateway.ts';
import { readNotice } from '../notices.ts';
import { readNumber } from '../options.ts';
import { isAddress, readRemoteImage } from '../remote-image.ts';
import { isTileAddress, readTiles } from '../tiles.ts';

export interface ImageryOptions {
  id?: string;
  title?: string;
  licence?: string;
  attribution?: string;
  /** Area of what is fetched, and zoom of map tiles, as they were typed. */
  bbox?: string;
  zoom?: number;
  skipFaulty?: boolean;
}

/** `cairn imagery add`: an image to predict on. */
export const addImagery: AddCommand = (program, act) => {
  program
    .command('imagery')
    .description('bring images to predict on')
    .command('add <file-or-folder-or-address>')
    .description(
      'add a GeoTIFF, or a folder of chips or the map tiles of an area, which become one COG. A GeoTIFF may lie behind an ' +
        'address (https://…, s3://BUCKET/…), of which --bbox takes a part. The address of tiles has {z}, {x} and {y} in it, ' +
        '{-y} for TMS, or {TileMatrix}, {TileRow} and {TileCol} for WMTS: quote it',
    )
    .option(
      '--bbox <w,s,e,n>',
      'of map tiles, or an image behind an address: the area, west,south,east,north in degrees',
    )
    .option('--zoom <0..23>', 'of map tiles: the zoom to fetch; 19 is about 0.3 m a pixel', readNumber)
    .option('--skip-faulty', 'of map tiles: list those that cannot be had or read as gaps, at most a tenth')
    .option(
      '--id <id>',
      'its name in the catalogue (default: the name of the file, or the host of the tiles and the place)',
    )
    .option('--title <words>', 'what people call it')
    .option('--licence <spdx>', 'licence, as an SPDX identifier')
    .option('--attribution <words>', 'whom to name')
    .action(
      act(async (around, path: string, options: ImageryOptions) => {
        const fetched = readAddress(path, options);
        const client = await connect(around.config);
        const result = await (fetched === undefined
          ? sendImagery(around, client, path, options)
          : letFetch(around, client, fetched, options));
        around.output.result(result, () => {
          around.output.line(
            result.changed
              ? `Added imagery ${result.imagery}.`
              : `Imagery ${result.imagery} is there already; nothing changed.`,
          );
          around.output.line(
            `  ${result.gsd.toFixed(3)} m a pixel, extent ${result.bbox.map((value) => value.toFixed(5)).join(', ')}`,
          );
          if (result.tiles !== undefined) {
            for (const words of tileWords(result.tiles)) around.output.line(`  ${words}`);
          }
          around.output.line(`  digest ${result.digest}`);
        });
      }),
    );
};

/** What is to be said of map tiles, a line each. */
function tileWords({ count, gaps, faulty, repeated }: NonNullable<ProcessResult<'add-imagery'>['tiles']>): string[] {
  return [
    `${count} map tiles; ${gaps - faulty} more have no data`,
    ...(faulty === 0 ? [] : [`${faulty} could not be had or read: they are gaps, which the imagery's item lists`]),
    ...(repeated === 0 ? [] : [`${repeated} are the same picture: look whether it says that there is no image`]),
  ];
}

const images = /\.(tiff?|jpe?g|png)$/i;

/** Uploads an image or a folder of chips and runs `add-imagery` on it. */
export async function sendImagery(
  { output, signal }: Surroundings,
  client: CairnClient,
  path: string,
  options: ImageryOptions,
) {
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

/** What is behind an address, with a name and a title for it. */
interface Fetched {
  inputs: Pick<ProcessInput<'add-imagery'>, 'template' | 'remote'>;
  name: string;
  title: string;
}

/** What the gateway is to fetch; undefined where a file or a folder was named. */
function readAddress(text: string, options: ImageryOptions): Fetched | undefined {
  if (isTileAddress(text)) {
    const { template, ...named } = readTiles(text, options);
    return { inputs: { template }, ...named };
  }
  if (!isAddress(text)) return undefined;
  const { remote, ...named } = readRemoteImage(text, options);
  return { inputs: { remote }, ...named };
}

/** Runs `add-imagery` on what is behind an address, which the gateway fetches. Ctrl-C ends the job. */
async function letFetch(
  { output, signal }: Surroundings,
  client: CairnClient,
  { inputs, name, title }: Fetched,
  options: ImageryOptions,
): Promise<ProcessResult<'add-imagery'>> {
  const wanted = {
    id: options.id ?? toIdentifier(name),
    title: options.title ?? title,
    licence: options.licence ?? 'other',
    ...(options.attribution === undefined ? {} : { attribution: options.attribution }),
    ...inputs,
  };
  return attended(client, 'add-imagery', wanted, 'Adding the imagery', { output, signal });
}
