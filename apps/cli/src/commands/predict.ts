import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { CairnError, type CairnClient, type ProcessInput } from '@cairn/contracts';
import { startAttended } from '../attended-job.ts';
import type { AddCommand } from '../command.ts';
import { tellEstimate } from '../estimate.ts';
import { streamFeatures } from '../features.ts';
import { connect } from '../gateway.ts';
import { readNumber } from '../options.ts';
import { save } from '../save.ts';
import { sendImagery } from './imagery.ts';

interface Options {
  model: string;
  imagery: string;
  aoi?: string;
  out: string;
  threshold?: number;
  minArea?: number;
  square: boolean;
  estimate?: boolean;
  stream?: boolean;
}

/** `cairn predict`: buildings of an area, as GeoJSON with its receipt. */
export const addPredict: AddCommand = (program, act) => {
  program
    .command('predict')
    .description('find the buildings of an area and write them as GeoJSON with a receipt')
    .requiredOption('--model <id>', 'MODEL, or MODEL/VERSION')
    .requiredOption('--imagery <id-or-file>', 'imagery of the catalogue, or a GeoTIFF, which is added first')
    .option('--aoi <file-or-bbox>', 'a GeoJSON file, or west,south,east,north in degrees (default: the whole image)')
    .option('--out <file>', 'where to write', 'buildings.geojson')
    .option('--threshold <0..1>', 'how sure the model has to be (default: chosen on its validation data)', readNumber)
    .option('--min-area <m2>', 'smallest building to report', readNumber)
    .option('--no-square', 'leave outlines as the pixels run, without right angles')
    .option('--estimate', 'only tell what it would take, and what to know before; nothing is started')
    .option('--stream', 'write each building to standard output as soon as it is found, one GeoJSON feature a line')
    .action(
      act(async (around, options: Options) => {
        const { config, output, signal } = around;
        const client = await connect(config);
        const aoi = options.aoi === undefined ? undefined : await readAoi(options.aoi);
        const isFile = (await stat(options.imagery).catch(() => undefined)) !== undefined;
        const imagery = isFile ? (await sendImagery(around, client, options.imagery, {})).imagery : options.imagery;
        const inputs: ProcessInput<'predict'> = {
          model: options.model,
          imagery,
          ...(aoi === undefined ? {} : { aoi }),
          ...(options.threshold === undefined ? {} : { threshold: options.threshold }),
          ...(options.minArea === undefined ? {} : { minArea: options.minArea }),
          ...(options.square ? {} : { square: false }),
        };
        if (options.estimate === true) {
          const estimate = await client.estimate(inputs);
          output.result(estimate, () => tellEstimate(output, estimate));
          return;
        }
        const id = await startAttended(client, 'predict', inputs, signal);
        if (options.stream === true) await streamFeatures(client, id, output, signal);
        const result = await client.wait('predict', id, output.job('Predicting'), signal);
        await download(client, result.href, options.out);
        if (options.stream === true) return;
        const missing = await missingKm2(client, result.prediction);
        output.result({ ...result, missingKm2: missing, out: resolve(options.out) }, () => {
          output.line(`${result.features} buildings on ${result.areaKm2.toFixed(3)} km², written to ${options.out}.`);
          if (missing > 0) {
            output.line(`${missing.toFixed(3)} km² of the area have no imagery: what stands there was not looked for.`);
          }
          if (result.stored) output.line('The same request had been answered before; this is the stored prediction.');
        });
      }),
    );
};

/** Ground in km² of a prediction's area that has no imagery. */
async function missingKm2(client: CairnClient, prediction: string): Promise<number> {
  const answer = await client.request('GET', `/stac/collections/predictions/items/${prediction}`);
  const { properties } = (await answer.json()) as { properties: { 'cairn:missing_km2'?: number } };
  return properties['cairn:missing_km2'] ?? 0;
}

/** Writes a prediction's GeoJSON to a file: whole, or not at all. */
export async function download(client: CairnClient, href: string, out: string): Promise<string> {
  const text = await (await client.request('GET', href)).text();
  await save(out, Readable.from([text]));
  return text;
}

async function readAoi(text: string): Promise<unknown> {
  const parts = text.split(',').map(Number);
  if (parts.length === 4 && parts.every(Number.isFinite)) return parts;
  let content: string;
  try {
    content = await readFile(text, 'utf8');
  } catch (cause) {
    throw new CairnError('not-found', `There is no file ${text}, and it is no bounding box either.`, {
      where: text,
      action: 'Give a GeoJSON file, or four numbers: west,south,east,north.',
      cause,
    });
  }
  try {
    return JSON.parse(content) as unknown;
  } catch (cause) {
    throw new CairnError('aoi-invalid-json', `${text} is not JSON: ${cause instanceof Error ? cause.message : ''}.`, {
      where: text,
      action: 'Export the area as GeoJSON again, for example from geojson.io or QGIS.',
      cause,
    });
  }
}
