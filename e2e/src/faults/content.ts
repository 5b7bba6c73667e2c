import { readFile } from 'node:fs/promises';
import type { CairnClient, FileSet } from '@cairn/contracts';
import { digestOf } from '@cairn/receipt';
import { labels, soundFiles, square } from '../../../apps/gateway/test/data/folder.ts';
import { cogOf } from '../../../apps/gateway/test/imagery/geotiff.ts';
import { item } from '../../../apps/gateway/test/registry/package-fixture.ts';
import { trainablePackage } from '../../../apps/gateway/test/training/trainable-package.ts';

/*
 * Small content for every process, another one for each number: nothing is then answered by what is known already.
 */

type Content = Record<string, string | Uint8Array>;

const network = new URL('../../../apps/serving/test/fixture/brightness.onnx', import.meta.url);

/**
 * A package of entry points that need no library, with one version that really finds what is bright.
 * @param base image with Python and MLflow that its own is made from, where it is to be built
 */
export async function packageOf(model: string, number: number, base?: string): Promise<Content> {
  const files: Record<string, string> = await trainablePackage();
  const weights = withNote(await readFile(network), `of package ${number}`);
  const record = JSON.parse(files['versions/scene/run.json']!) as Record<string, unknown>;
  files['versions/scene/run.json'] = JSON.stringify({
    ...record,
    ...{ gsd: 0.3, stride: 16, halo: 16, threshold: 0.5 },
    weights: { digest: digestOf(weights), size: weights.length },
  });
  files['requirements.lock'] = '# The steps need the standard library alone.\n';
  files['MLproject'] = files['MLproject']!.replace('name: tiny', `name: ${model}`);
  // Long enough to be hit.
  files['steps.py'] = files['steps.py']!.replace('    globals()[entry]', '    time.sleep(0.5)\n    globals()[entry]');
  if (base !== undefined) files['Dockerfile'] = `FROM ${base}\nWORKDIR /package\nCOPY . .\n`;
  files['card.md'] = `# Package ${number}\n`;
  const described = JSON.parse(item(files, { id: model })) as { assets: Record<string, Record<string, unknown>> };
  const multihash = `1220${digestOf(weights).slice('sha256:'.length)}`;
  Object.assign(described.assets['model']!, { 'file:checksum': multihash, 'file:size': weights.length });
  return {
    ...files,
    'stac-item.json': JSON.stringify(described),
    'versions/scene/model/model.onnx': weights,
  };
}

/** Two chips and a building; its note is another one for each number. */
export async function datasetOf(number: number): Promise<Content> {
  const outline = JSON.parse(labels([square(0.25, 0.5)])) as { features: { properties: object }[] };
  outline.features[0]!.properties = { note: `number ${number}` };
  return { ...(await soundFiles()), 'labels.geojson': JSON.stringify(outline) };
}

/** A picture of bright roofs on dark ground, 0.3 m a pixel; a pixel of it is another one for each number. */
export function pictureOf(number: number, edge = 384): Promise<Uint8Array> {
  return cogOf(edge, edge, (x, y) => {
    if (x === 0 && y === 0) return [number & 255, (number >> 8) & 255, (number >> 16) & 255, 255];
    const bright = x % 64 >= 20 && x % 64 < 52 && y % 64 >= 20 && y % 64 < 52;
    return bright ? [210, 210, 210, 255] : [40, 40, 40, 255];
  });
}

/** Brings content to the gateway, as the command line does. */
export async function upload(client: CairnClient, content: Content): Promise<FileSet> {
  const files = Object.entries(content).map(async ([path, bytes]) => {
    const { digest } = await client.upload(typeof bytes === 'string' ? bytes : new Uint8Array(bytes));
    return { path, digest };
  });
  return Promise.all(files);
}

/** The same network with words in it (`doc_string` of ONNX, field 6), so that its bytes are others. */
function withNote(onnx: Uint8Array, words: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(words);
  return new Uint8Array([...onnx, 0x32, text.length, ...text]);
}
