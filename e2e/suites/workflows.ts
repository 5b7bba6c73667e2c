import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessResult, VersionInfo } from '@cairn/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bucket } from '../../apps/gateway/src/storage/bucket.ts';
import { cairn } from '../src/cairn.ts';
import { Cluster, type Pod } from '../src/cluster/cluster.ts';
import { approver, patientClient } from '../src/cluster/patient-client.ts';
import type { DemoHome } from '../src/demo-home.ts';

const model = 'building-detector';
/** A corner of the scene that the demo does not ask for. */
const area = '86.0692,15.3759,86.0708,15.3774';
/** A training that is over in a few minutes on a slow machine, and learns little. */
const hyperparameters = { seed: 7, steps: 12, batch: 2, window: 128, threads: 1, width: 8 };

interface Item {
  properties: Record<string, unknown>;
  assets: Record<string, { href: string; 'file:checksum'?: string }>;
  links: { rel: string; href: string }[];
}

interface Workflow {
  metadata: { name: string };
  spec: { templates: { name: string; container?: { image: string; command: string[] } }[] };
}

interface SeldonDeployment {
  metadata: { annotations: Record<string, string> };
  spec: { predictors: { componentSpecs: { spec: { containers: { image: string }[] } }[] }[] };
}

/**
 * The three workflows where they belong: the image is built and pushed, the training is a workflow of Argo whose pods are that image,
 * and the prediction a graph of Seldon Core. The demo has registered the package and predicted.
 */
export function describeWorkflows(demo: () => DemoHome): void {
  describe('the three workflows', () => {
    const cluster = Cluster.told()!;
    const client = patientClient(cluster);
    const dvc = new Bucket({
      access: {
        endpoint: process.env['CAIRN_TEST_S3_ENDPOINT']!,
        region: 'us-east-1',
        bucket: 'dvc-data',
        accessKey: 'cairn',
        secretKey: process.env['CAIRN_TEST_S3_SECRET_KEY']!,
      },
    });
    let folder = '';
    let image = '';
    let trained: ProcessResult<'train-model'>;
    let version: VersionInfo;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cairn-workflows-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));
    const itemOf = (collection: string, id: string) =>
      client.get<Item>(`/stac/collections/${collection}/items/${encodeURIComponent(id)}`);

    test('registering built the image and pushed it; item, revision and receipt name it by the digest that the registry has', async () => {
      const [revision] = (await client.model(model)).revisions;
      image = revision!.image!;
      expect(image).toMatch(/\/building-detector@sha256:[0-9a-f]{64}$/);
      const [, digest = ''] = image.split('@');
      const { properties, assets } = await itemOf('models', model);
      expect(properties['cairn:image']).toBe(image);
      expect(assets['image']!['file:checksum']).toBe(`1220${digest.slice('sha256:'.length)}`);
      const { dsseEnvelope } = await client.get<{ dsseEnvelope: { payload: string } }>(
        `/receipts/${revision!.receipt}`,
      );
      expect(Buffer.from(dsseEnvelope.payload, 'base64').toString()).toContain(image);
    });

    test('the data are in the object store, by the address under which DVC pinned them', async () => {
      const { properties } = await itemOf('datasets', 'scene');
      const md5 = properties['cairn:dvc_md5'] as string;
      // The way to the store may have to be made again.
      const held = () => dvc.has(`files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`).catch(() => null);
      await expect.poll(held, { timeout: 30_000 }).toBe(true);
    });

    test(
      'a training is a workflow of Argo, each step a pod of the image by its digest that runs MLflow',
      { timeout: 1_500_000 },
      async () => {
        const { jobID } = await client.execute('train-model', { model, dataset: 'scene', hyperparameters });
        await expect.poll(() => cluster.stepsOf(jobID), { timeout: 300_000, interval: 500 }).not.toEqual([]);
        const name = `cairn-${jobID}`;
        const workflow = JSON.parse(
          await cluster.kubectl('-n', cluster.steps, 'get', 'workflow', name, '-o', 'json'),
        ) as Workflow;
        const containers = workflow.spec.templates.flatMap(({ container }) => container ?? []);
        expect(containers.map((one) => [one.image, one.command])).toEqual(
          ['preprocess', 'train', 'evaluate'].map(() => [image, ['mlflow', 'run', '.']]),
        );
        const [pod] = await cluster.stepsOf(jobID);
        expect(imageOf(pod!)).toContain(image.split('@')[1]);

        trained = await client.wait('train-model', jobID);
        expect(await client.jobLog(jobID)).toContain(`submitted as the workflow ${name}`);
        await expect(cluster.kubectl('-n', cluster.steps, 'get', 'workflow', name)).rejects.toThrow('NotFound');
      },
    );

    test('what it left is a version with its item, which names model and data, and its run in MLflow', async () => {
      version = (await client.versions(model)).find(({ id }) => id === trained.version)!;
      expect(version).toMatchObject({ stage: 'candidate', known: 'witnessed', weightsDigest: trained.weightsDigest });
      const { links } = await itemOf('versions', `${model}-${version.version}`);
      const from = links.filter(({ rel }) => rel === 'derived_from').map(({ href }) => href);
      expect(from.join(' ')).toMatch(/collections\/models\/items\//);
      expect(from.join(' ')).toMatch(/collections\/datasets\/items\//);
      const { run } = await client.get<{ run: { info: { status: string } } }>(
        `/mlflow/api/2.0/mlflow/runs/get?run_id=${version.runId}`,
      );
      expect(run.info.status).toBe('FINISHED');
    });

    test(
      'another person approves it, and its prediction is made by a graph of Seldon Core',
      { timeout: 900_000 },
      async () => {
        const asha = await approver(cluster, 'asha');
        const reason = 'It was trained on the cluster, and its figures were read.';
        await asha.changeStage(model, version.version, { to: 'staging', reason });
        await asha.changeStage(model, version.version, { to: 'production', reason });

        const out = join(folder, 'buildings.geojson');
        const words = ['predict', '--model', version.id, '--imagery', 'scene-aoi', '--aoi', area, '--out', out];
        const predicted = await cairn(words, { home: demo().home });
        expect(predicted.code, predicted.stderr).toBe(0);
        const graphs = JSON.parse(await cluster.kubectl('-n', cluster.graphs, 'get', 'sdep', '-o', 'json')) as {
          items: SeldonDeployment[];
        };
        const graph = graphs.items.find(({ metadata }) => metadata.annotations['cairn.version'] === version.id)!;
        const images = graph.spec.predictors.flatMap(({ componentSpecs }) =>
          componentSpecs.flatMap(({ spec }) => spec.containers.map((one) => one.image)),
        );
        for (const one of images) expect(one).toMatch(/@sha256:[0-9a-f]{64}$/);

        const verified = await cairn(['verify', out, '--server', cluster.address], { home: demo().home });
        expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('The receipt holds')]);
        expect(verified.stdout).toMatch(/ok\s+approver .*asha/);
        expect(verified.stdout).toMatch(/ok\s+MLflow run .*witnessed here/);
      },
    );
  });
}

function imageOf({ status }: Pod): string {
  return status.containerStatuses?.find(({ name }) => name === 'main')?.imageID ?? '';
}
