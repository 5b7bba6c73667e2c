import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CairnClient, CairnError, toIdentifier, type VersionInfo } from '@cairn/contracts';
import type { AddCommand, Surroundings } from '../command.ts';
import { connect, startGateway } from '../gateway.ts';
import { listFiles } from '../folder.ts';
import { readNotice } from '../notices.ts';
import { readPort } from '../options.ts';
import { tellVerdict, verifySigned } from '../verdict.ts';
import { chooseVersion } from '../choose-version.ts';
import { sendDataset } from './dataset.ts';
import { sendImagery } from './imagery.ts';
import { sendPackage } from './model.ts';
import { download } from './predict.ts';

interface Options {
  scene: string;
  package: string;
  out: string;
  once?: boolean;
  port?: number;
}

const reason = 'Demonstration: the shipped version, its figures and its known limits were read on its card.';

/**
 * `cairn demo`: the main job from an empty state folder to a verified `buildings.geojson`. Each step finds what an
 * earlier, interrupted demo did and goes on from there. Where `CAIRN_ADDRESS` names a gateway, it is asked and none started.
 */
export const addDemo: AddCommand = (program, act) => {
  program
    .command('demo')
    .description('from nothing to verified buildings: start, register, approve, predict, verify')
    .requiredOption('--scene <dir>', 'folder with chips/, labels.geojson and aoi/')
    .requiredOption('--package <dir>', 'the model package')
    .option('--out <file>', 'where to write the buildings', 'buildings.geojson')
    .option('--once', 'end when the buildings are verified, instead of staying up')
    .option('--port <number>', 'port on the loopback address', readPort)
    .action(
      act(async (around, options: Options) => {
        const { config, output, signal } = around;
        if (config.address !== undefined) {
          await tour(around, await connect(config), config.address, config.token ?? '', { ...options, once: true });
          return;
        }
        const gateway = await startGateway(config, (words) => output.progress(words), options.port);
        try {
          const token = (await readFile(join(config.home, 'token'), 'utf8')).trim();
          const client = new CairnClient({ address: gateway.address, token });
          const address = await tour(around, client, gateway.address, token, options);
          if (options.once === true) return;
          output.line();
          output.line(`Open ${address}`);
          output.line('Cairn stays up until Ctrl-C.');
          await gateway.stays(signal);
        } finally {
          await gateway.stop();
        }
      }),
    );
};

async function tour(
  around: Surroundings,
  client: CairnClient,
  address: string,
  token: string,
  options: Options,
): Promise<string> {
  const { output, signal } = around;
  const step = stepper(around);
  const scene = resolve(options.scene);
  const notice = await readNotice(scene, await listFiles(scene));
  const name = toIdentifier(basename(scene));
  const notices = {
    ...(notice.licence === undefined ? {} : { licence: notice.licence }),
    ...(notice.attribution === undefined ? {} : { attribution: notice.attribution }),
  };

  const { result: model } = await step('Register the Building Detector', () =>
    sendPackage(around, client, { dir: options.package, allowDirty: true }),
  );
  const dataset = await step('Add the dataset, pinned by DVC', () =>
    sendDataset(around, client, scene, { id: name, ...notices }),
  );
  const imagery = await step('Add the imagery', async () =>
    sendImagery(around, client, await imageryOf(scene), {
      id: `${name}-aoi`,
      title: `${notice.title ?? name}: the area to map`,
      ...notices,
    }),
  );
  const version = chooseVersion(await client.versions(model.model), {
    datasetDigest: dataset.digest,
    generated: notice.generated,
    bbox: imagery.bbox,
  });
  if (await lacksPictures(client, version, dataset)) {
    await step('Draw examples of hits and misses', () => drawExamples(around, client, version, dataset.dataset));
  }
  await step(`Approve ${version.id} (${version.title})`, () => promote(client, version));
  const prediction = await step('Find buildings', () =>
    client.run('predict', { model: version.id, imagery: imagery.imagery }, output.job('Finding buildings'), signal),
  );
  const text = await step(`Write ${options.out}`, () => download(client, prediction.href, options.out));
  const pem = await client.publicKey();
  const verdict = await step('Verify the receipt, offline', () => Promise.resolve(verifySigned(text, pem)));
  if (!verdict.ok) {
    tellVerdict(output, verdict, true);
    throw new CairnError('digest-mismatch', 'The prediction that was just made does not fit its receipt.', {
      where: resolve(options.out),
      action: 'Please report this; run "cairn verify" on the file for every check.',
    });
  }

  const link = `${address}/#/predictions/${prediction.prediction}?token=${token}`;
  output.result(
    { ...prediction, version: version.id, out: resolve(options.out), verified: verdict.ok, address },
    () => {
      output.line();
      output.line(
        `${prediction.features} buildings on ${prediction.areaKm2.toFixed(3)} km² in ${prediction.seconds.toFixed(1)} s${prediction.stored ? ' (stored answer of an identical request)' : ''}, in ${options.out}`,
      );
      output.line();
      tellVerdict(output, verdict, false);
    },
  );
  return link;
}

/** Whether nothing shows what a version does on a dataset: neither the pictures of its training on it, nor examples. */
async function lacksPictures(
  client: CairnClient,
  version: VersionInfo,
  { digest }: { digest: string },
): Promise<boolean> {
  const { card } = await client.evidence(version.model, version.version);
  const trained = version.datasetDigest === digest && card.pictures.length > 0;
  return !trained && !card.examples.some(({ datasetDigest }) => datasetDigest === digest);
}

/** Draws examples. Buildings can be found without them: what stands in the way is told, and the demo goes on. */
async function drawExamples(
  { output, signal }: Surroundings,
  client: CairnClient,
  version: VersionInfo,
  dataset: string,
): Promise<void> {
  try {
    await client.run('draw-examples', { version: version.id, dataset }, output.job('Drawing'), signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CairnError)) throw error;
    output.line(`  No examples were drawn: ${error.message}`);
  }
}

/** Times a step and says when it is done. */
function stepper({ output, signal }: Surroundings) {
  return async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    const start = performance.now();
    output.progress(`${title} ...`);
    const result = await work();
    output.line(`  ${title.padEnd(58)} ${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`);
    return result;
  };
}

/** What to predict on: the one GeoTIFF of `aoi/`, or its folder of chips. */
async function imageryOf(scene: string): Promise<string> {
  const folder = join(scene, 'aoi');
  if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) {
    throw new CairnError('imagery-unsupported', `The folder ${scene} holds no aoi/.`, {
      where: folder,
      action: 'Put the image to predict on, a GeoTIFF or chips, into aoi/.',
    });
  }
  const tiffs = (await readdir(folder)).filter((file) => /\.tiff?$/i.test(file));
  return tiffs.length === 1 ? join(folder, tiffs[0]!) : folder;
}

/** Brings a version through candidate and staging to production, from wherever it is. */
async function promote(client: CairnClient, version: VersionInfo): Promise<void> {
  const way: Partial<Record<VersionInfo['stage'], ('staging' | 'production')[]>> = {
    candidate: ['staging', 'production'],
    staging: ['production'],
    archived: ['production'],
  };
  for (const to of way[version.stage] ?? []) {
    await client.changeStage(version.model, version.version, { to, reason, approveOwn: true });
  }
}
