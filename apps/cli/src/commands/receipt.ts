import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CairnError } from '@cairn/contracts';
import { canonicalJson, digestOf, extract, type ExtractedReceipt, type Receipt, ReceiptError } from '@cairn/receipt';
import { answerIn, heldTensors, receiptOf } from '../answer.ts';
import type { AddCommand } from '../command.ts';
import { connect } from '../gateway.ts';
import { giveSigned, readBytes, readSigned } from '../read.ts';

/** `cairn receipt`: a receipt by its digest, and the parts of a file's receipt for other programs. */
export const addReceipt: AddCommand = (program, act) => {
  const group = program.command('receipt').description('work with receipts');

  group
    .command('get <digest>')
    .description('write a receipt with those that it builds on, to be verified without a server')
    .option('--out <file>', 'file to write to', 'receipt.json')
    .action(
      act(async ({ config, output }, digest: string, options: { out: string }) => {
        const receipt = await (await connect(config)).receipt(digest);
        await writeFile(options.out, `${JSON.stringify(receipt, null, 2)}\n`);
        output.result({ file: resolve(options.out) }, () => output.line(options.out));
      }),
    );

  group
    .command('extract <file>')
    .description(
      'write what a receipt signs and the Sigstore bundles of a buildings.geojson, an export of it, or an answer of /v2',
    )
    .option('--out <dir>', 'folder to write to', '.')
    .option('--receipt <file>', 'of an answer that does not carry its receipt: what "cairn receipt get" wrote')
    .action(
      act(async ({ output }, file: string, options: { out: string; receipt?: string }) => {
        const parts = await partsOf(file, options.receipt);
        const folder = resolve(options.out);
        await mkdir(folder, { recursive: true });
        const files = {
          [parts.content.name]: parts.content.text,
          [`${parts.kind}.sigstore.json`]: `${JSON.stringify(parts.bundle, null, 2)}\n`,
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

/** The bytes that the receipt's subject is the SHA-256 of, and the bundles. */
interface Parts {
  kind: 'prediction' | 'inference';
  content: { name: string; text: string };
  bundle: unknown;
  upstream: readonly unknown[];
}

async function partsOf(file: string, receiptFile: string | undefined): Promise<Parts> {
  const answer = answerIn(await readBytes(file, giveSigned));
  if (answer === null) {
    const { manifest, bundle, upstream } = read(await readSigned(file), file);
    return { kind: 'prediction', content: { name: 'manifest.txt', text: manifest }, bundle, upstream };
  }
  const { bundle, upstream = [] } = (await receiptOf(answer, receiptFile)) as Partial<Receipt>;
  const tensors = heldTensors(answer.outputs).map(({ name, datatype, shape, bytes }) => ({
    name,
    datatype,
    shape,
    digest: digestOf(bytes),
  }));
  return { kind: 'inference', content: { name: 'tensors.json', text: canonicalJson(tensors) }, bundle, upstream };
}

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
