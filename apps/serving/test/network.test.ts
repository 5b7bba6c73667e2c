import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
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
