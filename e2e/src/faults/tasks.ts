import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CairnClient } from '@cairn/contracts';
import { expect } from 'vitest';
import { promotion } from './promotion.ts';
import { datasetOf, packageOf, pictureOf, upload } from './content.ts';
import { type Ask, job } from './errand.ts';
import type { Fault } from './fault.ts';

/** The model that is trained and predicts, the dataset and the imagery that it does so on. */
export const model = 'tiny';
export const dataset = 'town';
export const imagery = 'roofs';

/** A process of the lifecycle, and the faults that can befall it. */
export interface Task {
  readonly name: string;
  readonly faults: readonly Fault[];
  /** Makes everything ready but the asking. Another number is another content, which was never asked for. */
  ready(client: CairnClient, number: number): Promise<Ask>;
}

/** Registers a package, as a revision of a model or as a new one; with the base of an image where that is built. */
export async function register(client: CairnClient, number: number, name: string, base?: string): Promise<Ask> {
  const files = await upload(client, await packageOf(name, number, base));
  return job('register-model', { files }, async (now, result, ledger) => {
    expect(result.versions).toHaveLength(1);
    const { revisions } = await now.model(name);
    expect(revisions.filter(({ packageDigest }) => packageDigest === result.packageDigest)).toHaveLength(1);
    const held = await now.versions(name);
    for (const id of result.versions) ledger.version(name, id, held.find((one) => one.id === id)!.weightsDigest);
    ledger.receipt('registration');
    ledger.receipt('import');
  });
}

export async function addDataset(client: CairnClient, number: number, id: string): Promise<Ask> {
  const files = await upload(client, await datasetOf(number));
  const inputs = { id, title: `Town ${number}`, licence: 'CC0-1.0', files };
  return job('add-dataset', inputs, async (now, result, ledger) => {
    const held = await now.datasetVersions(id);
    expect(held.filter(({ digest }) => digest === result.digest)).toHaveLength(1);
    ledger.receipt('dataset');
  });
}

/** Adds a picture of roofs. @param edge its side, in pixels; left out: a small one */
export async function addImagery(client: CairnClient, number: number, id: string, edge?: number): Promise<Ask> {
  const files = await upload(client, { 'roofs.tif': await pictureOf(number, edge) });
  return job(
    'add-imagery',
    { id, title: `Roofs ${number}`, licence: 'CC0-1.0', files },
    async (now, result, ledger) => {
      const item = await now.get<{ id: string }>(`/stac/collections/imagery/items/${result.imagery}`);
      expect(item.id).toBe(id);
      ledger.receipt('imagery');
    },
  );
}

export function predict(number: number): Ask {
  const inputs = { model: `${model}/1`, imagery, minArea: number / 1000 };
  return job('predict', inputs, async (now, result, ledger) => {
    const text = await (await now.request('GET', result.href)).text();
    expect(`sha256:${createHash('sha256').update(text).digest('hex')}`).toBe(result.digest);
    expect(result.features).toBeGreaterThan(20);
    ledger.prediction(result.prediction);
    ledger.receipt('prediction');
  });
}

export function train(number: number): Ask {
  const inputs = { model, dataset, hyperparameters: { seed: number } };
  return job('train-model', inputs, (_now, result, ledger) => {
    ledger.version(model, result.version, result.weightsDigest);
    ledger.receipt('training');
    return Promise.resolve();
  });
}

export function reproduce(run: string, number: number): Ask {
  const inputs = { run, instead: { hyperparameters: { seed: number } } };
  return job('reproduce-run', inputs, (_now, result, ledger) => {
    expect(result.reproduced).toBe(false);
    ledger.receipt('reproduction');
    return Promise.resolve();
  });
}

export function evaluate(): Ask {
  const inputs = { version: `${model}/1`, dataset, again: true };
  return job('evaluate-version', inputs, (_now, _result, ledger) => {
    ledger.receipt('evaluation');
    return Promise.resolve();
  });
}

/** Draws examples on data that were never drawn: they are added first, and that is booked with them. */
async function drawExamples(client: CairnClient, number: number): Promise<Ask> {
  const adding = await (await addDataset(client, number, `${dataset}-drawn-${number}`))(client);
  while ((await adding.percent(client)) < 100) await sleep(200);
  const inputs = { version: `${model}/1`, dataset: `${dataset}-drawn-${number}` };
  let isBooked = false;
  const drawing = job('draw-examples', inputs, async (now, result) => {
    const held = (await now.examples()).filter(({ datasetDigest }) => datasetDigest === result.datasetDigest);
    expect(held).toHaveLength(1);
    for (const { href, digest } of held[0]!.pictures) {
      const bytes = new Uint8Array(await (await now.request('GET', href)).arrayBuffer());
      expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(digest);
    }
  });
  return async (asked) => {
    const errand = await drawing(asked);
    return {
      ...errand,
      end: async (now, ledger) => {
        const failed = isBooked ? null : await adding.end(now, ledger);
        isBooked = true;
        return failed ?? errand.end(now, ledger);
      },
    };
  };
}

/** Every process with what can befall it; a process that is added to Cairn gets its line here. */
export const tasks: readonly Task[] = [
  {
    name: 'register-model',
    faults: ['gateway', 'mlflow', 'disk'],
    // Every other one is a new model.
    ready: (client, number) => register(client, number, number % 2 === 0 ? model : `${model}-${number}`),
  },
  {
    name: 'train-model',
    faults: ['gateway', 'step', 'mlflow', 'disk'],
    ready: (_client, number) => Promise.resolve(train(number)),
  },
  {
    name: 'predict',
    faults: ['gateway', 'serving', 'disk'],
    ready: (_client, number) => Promise.resolve(predict(number)),
  },
  {
    name: 'add-dataset',
    faults: ['gateway', 'step', 'disk'],
    ready: (client, number) => addDataset(client, number, number % 2 === 0 ? dataset : `${dataset}-${number}`),
  },
  {
    name: 'add-imagery',
    faults: ['gateway', 'disk'],
    ready: (client, number) => addImagery(client, number, `${imagery}-${number}`),
  },
  {
    name: 'evaluate-version',
    faults: ['gateway', 'step', 'mlflow', 'disk'],
    ready: () => Promise.resolve(evaluate()),
  },
  { name: 'draw-examples', faults: ['gateway', 'serving', 'disk'], ready: drawExamples },
  { name: 'approve', faults: ['gateway', 'mlflow', 'disk'], ready: (client) => promotion(client, model) },
  {
    name: 'reproduce-run',
    faults: ['gateway', 'step', 'mlflow', 'disk'],
    ready: async (client, number) => {
      const trained = (await client.versions(model)).find(({ known }) => known === 'witnessed');
      return trained === undefined ? train(number) : reproduce(trained.runId, number);
    },
  },
];
