import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { CairnError } from '@cairn/contracts';
import {
  type Collection,
  ExportError,
  exported,
  FORMAT_NAMES,
  type FormatName,
  FORMATS,
  provenanceOf,
} from '@cairn/export';
import { openCollection } from '@cairn/export/file';
import { Manifest, ReceiptError } from '@cairn/receipt';
import { Option } from 'commander';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';
import { save } from '../save.ts';

interface Options {
  format?: FormatName | 'geojson';
  out?: string;
}

const endings = ['geojson', ...FORMAT_NAMES] as const;

/** `cairn export`: a prediction in the format of another program; of a GeoJSON file without a server. */
export const addExport: AddCommand = (program, act) => {
  program
    .command('export <prediction-or-file>')
    .description('write a prediction, or its buildings.geojson without a server, in the format of another program')
    .addOption(new Option('--format <ending>', 'default: the ending of --out').choices(endings))
    .option('--out <file>', 'where to write (default: the name of the file, or buildings, with the ending)')
    .addHelpText('after', () => `\nFormats:\n${told()}\nEach carries the receipt: "cairn verify" takes them all.`)
    .action(
      act(async ({ config, output }, source: string, options: Options) => {
        const format = formatOf(options);
        const isFile = (await stat(source).catch(() => undefined))?.isFile() === true;
        const name = isFile ? basename(source, extname(source)) : 'buildings';
        const out = options.out ?? `${name}.${format}`;
        if (isFile) await convert(source, format, out);
        else await fetchExport(await connect(config), source, format, out);
        output.result({ format, out: resolve(out) }, () => output.line(`Written to ${out}.`));
      }),
    );
};

type Client = Awaited<ReturnType<typeof connect>>;

async function fetchExport(client: Client, id: string, format: string, out: string): Promise<void> {
  if (!/^[0-9a-f]{20}$/.test(id)) {
    throw new CairnError('not-found', `There is no file ${id}, and it is no id of a prediction either.`, {
      where: id,
      action: 'Give the GeoJSON file of a prediction, or the id that "cairn predict --json" told (20 digits).',
    });
  }
  const { body } = await client.request('GET', `/predictions/${id}/buildings.${format}`);
  if (body !== null) await save(out, body);
}

async function convert(file: string, format: FormatName | 'geojson', out: string): Promise<void> {
  if (format === 'geojson') {
    throw new CairnError('input-invalid', `${file} is GeoJSON already.`, {
      where: '--format',
      action: `Choose one of ${FORMAT_NAMES.join(', ')}.`,
    });
  }
  try {
    const collection = await openCollection(file);
    await demandUnchanged(file, collection);
    await save(out, exported(collection, format));
  } catch (cause) {
    if (!(cause instanceof ExportError || cause instanceof ReceiptError)) throw cause;
    throw new CairnError('export-impossible', cause.message, {
      where: file,
      action: 'Give the GeoJSON file that the prediction wrote.',
      cause,
    });
  }
}

/** An export names the receipt with every feature, so it is made of signed features only. */
async function demandUnchanged(file: string, collection: Collection): Promise<void> {
  const manifest = new Manifest();
  for await (const feature of collection.features()) manifest.add(feature);
  if (manifest.digest() === provenanceOf(collection.receipt).manifest) return;
  throw new CairnError('digest-mismatch', `The features of ${file} are not those that its receipt names.`, {
    where: file,
    action: 'Get the file again from where it was made; "cairn verify" tells what was changed.',
  });
}

function formatOf({ format, out }: Options): FormatName | 'geojson' {
  const ending = format ?? extname(out ?? '').slice(1);
  const found = endings.find((one) => one === ending);
  if (found !== undefined) return found;
  throw new CairnError('input-invalid', 'No format is named.', {
    where: '--format',
    action: `Name one with --format (${endings.join(', ')}), or by the ending of --out.`,
  });
}

function told(): string {
  return FORMAT_NAMES.map((name) => `  ${name.padEnd(10)} ${FORMATS[name].title}`).join('\n');
}
