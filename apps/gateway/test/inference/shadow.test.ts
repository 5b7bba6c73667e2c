import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StatusInfo } from '@cairn/contracts';
import { kindOf, openBundle, readStatement, verifyFeatureCollection } from '@cairn/receipt';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HandedOver } from '../../src/jobs/handed-over.ts';
import { Shadows } from '../../src/registry/shadows.ts';
import { Gateways } from '../jobs/fixture.ts';
import { jobContext, openWorld, roofs, settlement, type World } from './world.ts';

const approver = { id: 'devi', roles: ['approver'] } as const;
const reason = 'It is said to be better on slates.';

let world: World;
let shadows: Shadows;
let gateways: Gateways;
beforeAll(async () => {
  world = await openWorld();
  gateways = new Gateways(world.database);
  shadows = new Shadows({ ...world, outbox: { kick: () => undefined } });
  await world.add('settlement', await settlement());
  // The same network, but for how steep its answer is: it finds the same roofs and is less sure of them.
  const steep = await readFile(new URL('../../../serving/test/fixture/brightness.onnx', import.meta.url));
  const at = steep.indexOf(float(24));
  expect(at).toBeGreaterThan(0);
  await world.propose('bright', 2, Buffer.concat([steep.subarray(0, at), float(4), steep.subarray(at + 4)]));
  // What it answers is not a number.
  const broken = await readFile(new URL('../../../serving/test/fixture/not-a-number.onnx', import.meta.url));
  await world.propose('bright', 3, broken);
  for (const version of [2, 3]) {
    await world.approvals.changeStage('bright', version, { to: 'staging', reason }, approver);
  }
});
afterAll(async () => {
  await gateways.close();
  await world.close();
});
beforeEach(() => shadows.end('bright', approver));

const float = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
};
const statementOf = async (digest: string) =>
  readStatement(openBundle(await world.receipts.get(world.database, digest)).payload);
const set = (version: number, share = 1) => shadows.set('bright', { version, share, reason }, approver);
const shadowJobs = () =>
  world.database.query<{ id: string; status: StatusInfo['status']; actor: string; inputs: Record<string, string> }>(
    "select id, status, actor, inputs from cairn.job where process = 'shadow-prediction' order by created",
  );

describe('a shadow', () => {
  it('runs once more what the default answered, tells how it did beside it, and gives its buildings to nobody', async () => {
    await set(2);
    const jobs = await gateways.start(world.processes);
    const submitted = await jobs.submit(
      'predict',
      { model: 'bright', imagery: 'settlement' },
      { id: 'amina', roles: ['mapper'] },
    );
    const first = (await jobs.wait(submitted.job.id)).result as { prediction: string; receipt: string; digest: string };
    const [job] = await shadowJobs();
    expect(job).toMatchObject({ actor: 'devi', inputs: { prediction: first.prediction, version: 'bright/2' } });
    expect(await jobs.wait(job!.id)).toMatchObject({ status: 'successful' });
    await jobs.stop();

    const [comparison] = await shadows.comparisons('bright', 10);
    const { features, matched, missing, added, meanIou, confidence } = comparison!.figures;
    expect(comparison).toMatchObject({ prediction: first.prediction, version: 'bright/2', answered: 'bright/1' });
    expect(features.answered).toBeGreaterThan(roofs.length / 2);
    expect({ features, matched, missing, added }).toEqual({
      features: { answered: features.answered, shadow: features.answered },
      matched: features.answered,
      missing: 0,
      added: 0,
    });
    expect(meanIou).toBeGreaterThan(0.999);
    expect(confidence!.shadow).toBeLessThan(confidence!.answered - 0.1);
    expect(confidence!.difference).toBeCloseTo(confidence!.answered - confidence!.shadow, 3);
    expect(await shadows.get('bright')).toMatchObject({
      shadow: { version: 'bright/2', share: 1, actor: 'devi', reason },
      record: { compared: 1, waiting: 0, failed: 0, beside: [{ version: 'bright/1', compared: 1 }] },
    });

    const told = await statementOf(first.receipt);
    expect(told.predicate.facts['shadow']).toEqual({ value: { version: 'bright/2', share: 1 }, known: 'witnessed' });
    const text = Buffer.from(await world.objects.readAll(first.digest as `sha256:${string}`)).toString();
    const { ok, checks } = verifyFeatureCollection(text, { publicKeyPem: world.receipts.publicKeyPem });
    expect(checks.filter((one) => !one.ok)).toEqual([]);
    expect(ok).toBe(true);

    const own = await statementOf(comparison!.receipt);
    expect(kindOf(own.predicateType)).toBe('shadow');
    const { facts, upstream } = own.predicate;
    expect(facts).toMatchObject({
      version: { value: 'bright/2' },
      route: { value: { alias: 'shadow', share: 1 } },
      features: { value: { count: features.shadow } },
      comparison: { value: { prediction: first.prediction, version: 'bright/1', matched, missing: 0, added: 0 } },
    });
    expect(facts).not.toHaveProperty('approver');
    expect(upstream).toContainEqual({ kind: 'prediction', digest: first.receipt });

    const rows = await world.database.query('select 1 from cairn.prediction where version <> 1');
    expect(rows).toEqual([]);
    const files = await readdir(join(world.home, 'jobs'), { recursive: true });
    expect(files.filter((name) => name.includes(job!.id) && name !== job!.id)).toEqual([]);
  });

  it('is asked by the settings that the request named, and else goes by its own', async () => {
    await set(2);
    const { result } = await world.predict({ imagery: 'settlement', threshold: 0.85 });
    const run = await world.processes['shadow-prediction'].run(
      { prediction: result.prediction, version: 'bright/2' },
      jobContext(),
    );
    // It is never so sure.
    expect(run.figures).toMatchObject({
      matched: 0,
      missing: result.features,
      added: 0,
      meanIou: null,
      confidence: null,
    });
    const { facts } = (await statementOf(run.receipt)).predicate;
    expect(facts['parameters']).toMatchObject({ value: { threshold: 0.85 } });
  });

  it('that fails leaves the prediction as it was, and is told where the shadow is', async () => {
    await set(3);
    const jobs = await gateways.start(world.processes);
    const inputs = { model: 'bright', imagery: 'settlement', minArea: 6 };
    const { job } = await jobs.submit('predict', inputs, { id: 'amina', roles: ['mapper'] });
    expect(await jobs.wait(job.id)).toMatchObject({ status: 'successful' });
    const failing = (await shadowJobs()).at(-1)!;
    expect((await jobs.wait(failing.id)).problem).toMatchObject({ code: 'model-output-invalid' });
    await jobs.stop();
    expect((await shadows.get('bright')).record).toMatchObject({ compared: 0, failed: 1, beside: [] });
  });

  it('gets its share of the predictions of the default, and those alone', async () => {
    const before = (await shadowJobs()).length;
    await set(2, 1e-4);
    await world.predict({ imagery: 'settlement', minArea: 7 });
    await world.approvals.changeStage('bright', 2, { to: 'production', reason }, approver);
    await set(2);
    // It would run again what it has answered itself.
    await world.predict({ imagery: 'settlement', minArea: 8, model: 'bright/2' });
    expect(await shadowJobs()).toHaveLength(before);
    await world.predict({ imagery: 'settlement', minArea: 9, model: 'bright/1' });
    expect(await shadowJobs()).toHaveLength(before + 1);
  });

  it('is run again where its job was interrupted, and is compared once', async () => {
    await set(2);
    const { result } = await world.predict({ imagery: 'settlement', minArea: 10 });
    const inputs = { prediction: result.prediction, version: 'bright/2' };
    const process = world.processes['shadow-prediction'];
    const over = new AbortController();
    const stop = (percent: number): void => {
      if (percent > 2) over.abort(new HandedOver('job-of-a-shadow'));
    };
    const lease = { jobId: 'job-of-a-shadow', owner: 'a gateway', attempt: 1 };
    const context = jobContext({ lease, signal: over.signal, onProgress: stop });
    await expect(process.run(inputs, context)).rejects.toBeInstanceOf(HandedOver);
    expect(await process.stored(inputs)).toBeNull();
    const run = await process.run(inputs, jobContext({ lease }));
    expect(run).toMatchObject({ stored: false, figures: { matched: result.features } });
    expect(await process.run(inputs, jobContext())).toEqual({ ...run, stored: true });
    expect(await process.stored(inputs)).toEqual({ ...run, stored: true });
  });

  it('makes way for a prediction, and goes on behind it', async () => {
    await set(2);
    const { result } = await world.predict({ imagery: 'settlement', minArea: 11 });
    const told: string[] = [];
    let release = (): void => undefined;
    const held = world.precedence.first(() => new Promise<void>((resolve) => (release = resolve)));
    const run = world.processes['shadow-prediction'].run(
      { prediction: result.prediction, version: 'bright/2' },
      jobContext({ onProgress: (_percent, words) => told.push(words) }),
    );
    // Its model server is there, so it would find something in the time of another prediction.
    await world.predict({ imagery: 'settlement', minArea: 12 });
    told.push('released');
    release();
    await held;
    expect((await run).figures.matched).toBe(result.features);
    const ended = told.findIndex((words) => /^[1-9]\d* of/.test(words));
    expect(ended).toBeGreaterThan(told.indexOf('released'));

    // A prediction is such work from its start to its end.
    let goes = false;
    const seen: boolean[] = [];
    const context = jobContext({ onProgress: () => seen.push(goes) });
    const prediction = world.processes.predict.run({ model: 'bright', imagery: 'settlement', minArea: 14 }, context);
    const clear = world.precedence.clear(context.signal).then(() => (goes = true));
    await prediction;
    await clear;
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).not.toContain(true);
  });

  it('is refused for a version that is not the shadow, and for what cannot be asked again', async () => {
    await set(2);
    const { result } = await world.predict({ imagery: 'settlement', minArea: 13 });
    const run = (version: string, prediction = result.prediction) =>
      world.processes['shadow-prediction'].run({ prediction, version }, jobContext());
    await expect(run('bright/3')).rejects.toMatchObject({ code: 'conflict', more: { where: 'bright/3' } });
    await expect(run('sure/1')).rejects.toMatchObject({ code: 'conflict' });
    await expect(run('bright/2', '0'.repeat(20))).rejects.toMatchObject({ code: 'not-found' });
    await world.database.query('update cairn.prediction set asked = null where id = $1', [result.prediction]);
    await expect(run('bright/2')).rejects.toMatchObject({ code: 'conflict', more: { where: result.prediction } });
  });
});
