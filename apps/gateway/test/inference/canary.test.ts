import { readFile } from 'node:fs/promises';
import { openBundle, readStatement } from '@cairn/receipt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Canaries } from '../../src/registry/canaries.ts';
import { openWorld, settlement, type World } from './world.ts';

const approver = { id: 'devi', roles: ['approver'] } as const;
const reason = 'It is said to be better on slates.';

let world: World;
let canaries: Canaries;
beforeAll(async () => {
  world = await openWorld();
  canaries = new Canaries({ ...world, outbox: { kick: () => undefined } });
  await world.add('settlement', await settlement());
  // What it answers is not a number: whoever is answered by it notices.
  const broken = await readFile(new URL('../../../serving/test/fixture/not-a-number.onnx', import.meta.url));
  await world.propose('bright', 2, broken);
  await world.approvals.changeStage('bright', 2, { to: 'production', reason }, approver);
});
afterAll(() => world.close());

const factsOf = async (digest: string) =>
  readStatement(openBundle(await world.receipts.get(world.database, digest)).payload).predicate.facts;

test('a canary answers its share of the predictions that name no version, and the receipt says why a version did', async () => {
  const alone = await world.predict({ imagery: 'settlement' });
  expect(await factsOf(alone.result.receipt)).not.toHaveProperty('route');

  await canaries.set('bright', { version: 2, share: 1e-9, reason }, approver);
  const { result } = await world.predict({ imagery: 'settlement', minArea: 5 });
  const { version, route } = await factsOf(result.receipt);
  expect(version?.value).toBe('bright/1');
  expect(route).toEqual({ value: { alias: 'production', share: 1e-9 }, known: 'witnessed' });

  await canaries.set('bright', { version: 2, share: 1 - 1e-9, reason }, approver);
  const asked = { imagery: 'settlement', minArea: 6 };
  await expect(world.predict(asked)).rejects.toMatchObject({ code: 'model-output-invalid' });
  expect((await world.predict({ ...asked, model: 'bright/1' })).features.length).toBeGreaterThan(100);
});
