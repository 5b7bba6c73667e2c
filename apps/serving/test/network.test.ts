import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { NearSession } from '../src/near-session.ts';
import { Network } from '../src/network.ts';

const reference = new URL('../../../models/building-detector/versions/scene/model/model.onnx', import.meta.url);
const edge = 512;
const planes = Float32Array.from({ length: 3 * edge * edge }, (_, i) => (Math.imul(i, 2654435761) >>> 24) / 255);

test('while a network computes, its process goes on with other things', async () => {
  const network = await Network.load(readFileSync(fileURLToPath(reference)), 1);
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await network.run(planes.slice(), edge, edge);
  clearInterval(timer);
  expect(turns).toBeGreaterThan(10);
});

test('its answer has the same bits whatever its threads', async () => {
  const answers = [1, 2, 3].map(async (threads) => {
    const network = await Network.load(readFileSync(fileURLToPath(reference)), threads);
    return network.run(planes.slice(), edge, edge);
  });
  const [first, ...others] = await Promise.all(answers);
  for (const other of others) expect(other).toEqual(first);
});

describe('a small image', () => {
  const small = 256;
  const image = planes.slice(0, 3 * small * small);

  test('has the same bits as by the thread for large ones, and stays the caller’s', async () => {
    const network = await Network.load(readFileSync(fileURLToPath(reference)), 2);
    const far = await network.answer(image.slice(), small, small);
    const before = image.slice();
    expect(await network.run(image, small, small)).toEqual(far['probability']!.data);
    expect(image).toEqual(before);
  });

  test('is looked at beside a large one, which is answered as well', async () => {
    const network = await Network.load(readFileSync(fileURLToPath(reference)), 1);
    const alone = await network.run(image, small, small);
    const [, ...answers] = await Promise.all([
      network.run(planes, edge, edge),
      ...[1, 2, 3].map(() => network.run(image, small, small)),
    ]);
    for (const answer of answers) expect(answer).toEqual(alone);
  });

  test('of a network that takes long goes to the thread, so that the process answers meanwhile', async () => {
    const near = new NearSession(readFileSync(fileURLToPath(reference)), 1, 0);
    expect(near.takes(small, small)).toBe(true);
    expect(near.takes(small + 1, small)).toBe(false);
    await near.run(image, small, small, ['probability']);
    expect(near.takes(small, small)).toBe(false);
  });
});
