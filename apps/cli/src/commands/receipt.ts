import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CairnError } from '@cairn/contracts';
import { extract, ReceiptError, type ExtractedReceipt } from '@cairn/receipt';
import type { AddCommand } from '../command.ts';
import { readSigned } from '../read.ts';

/** `cairn receipt extract`: the manifest and the Sigstore bundles, for other programs. */
export const addReceipt: AddCommand = (program, act) => {
  program
    .command('receipt')
    .description("work with a file's receipt")
    .command('extract <file>')
    .description('write the manifest and the Sigstore bundles that a buildings.geojson, or an export of it, carries')
    .option('--out <dir>', 'folder to write to', '.')
    .action(
      act(async ({ output }, file: string, options: { out: string }) => {
        const parts = read(await readSigned(file), file);
        const folder = resolve(options.out);
        await mkdir(folder, { recursive: true });
        const files = {
          'manifest.txt': parts.manifest,
          'prediction.sigstore.json': `${JSON.stringify(parts.bundle, null, 2)}\n`,
          ...Object.fromEntries(
            parts.upstream.map((bundle, index) => [
              `upstream-${index + 1}.sigstore.json`,
              `${JSON.stringify(bundle, null, 2)}\n`,
            ]),
          ),
        };
        for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
        output.result({ folder, files: Object.keys(files) }, () => {
          for (const name of Object.keys(files)) output.line(join(options.out, name));
        });
      }),
    );
};

function read(signed: unknown, file: string): ExtractedReceipt {
  try {
    return extract(signed);
  } catch (cause) {
    if (!(cause instanceof ReceiptError)) throw cause;
    throw new CairnError('input-invalid', cause.message, {
      where: file,
      action: 'Get the file again from where it was made.',
      cause,
    });
  }
}
