import { readFileSync } from 'node:fs';
import { CairnError, type Tensor } from '@cairn/contracts';
import { expect, test } from 'vitest';
import { unpack } from '../src/block.ts';
import { Detector } from '../src/detector.ts';
import { Network } from '../src/network.ts';
import { tasks } from '../src/tasks/tasks.ts';
import { transform } from '../src/transformer.ts';
import { brightness, layout, notANumber, Scene } from './scene.ts';

const scene = new Scene(300, 200, (x, y) => x + y > 120);
const network = await Network.load(readFileSync(brightness.file), 1);
const task = tasks['semantic-segmentation'](['background', 'building']);
const detector = new Detector({ network, task, layout });

async function bytesOf(tensor: Tensor, pixels: number): Promise<Uint8Array> {
  return unpack(String(tensor.data[0]), pixels);
}

/** Probabilities of the whole scene, put together from blocks of one size. */
async function mosaic(size: number): Promise<Uint8Array> {
  const whole = new Uint8Array(scene.width * scene.height);
  for (let y = 0; y < scene.height; y += size) {
    for (let x = 0; x < scene.width; x += size) {
      const width = Math.min(size, scene.width - x);
      const height = Math.min(size, scene.height - y);
      const part = await bytesOf(await detector.infer(await scene.request(x, y, size)), width * height);
      for (let row = 0; row < height; row++) {
        whole.set(part.subarray(row * width, (row + 1) * width), (y + row) * scene.width + x);
      }
    }
  }
  return whole;
}

test('every pixel gets the same probability, bit for bit, however the imagery is cut into blocks', async () => {
  const one = await mosaic(320);
  expect(one.filter((value) => value > 127).length).toBeGreaterThan(5000);
  expect(one.filter((value) => value > 0 && value < 128).length).toBeGreaterThan(5000);
  expect(await mosaic(64)).toEqual(one);
  expect(await mosaic(128)).toEqual(one);
});

test('the probabilities are those of the network over the whole image at once', async () => {
  const [width, height] = [320, 256];
  const rgba = scene.rgba(0, 0, width, height);
  const planes = new Float32Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    for (let band = 0; band < 3; band++) planes[band * width * height + i] = rgba[i * 4 + band]! / 255;
  }
  const whole = await network.run(planes.slice(), width, height);
  const found = await mosaic(320);
  for (let y = 0; y < scene.height; y++) {
    for (let x = 0; x < scene.width; x++) {
      const due = scene.hasData(x, y) ? Math.max(1, Math.round(whole[y * width + x]! * 255)) : 0;
      // Other shapes of input may be summed up in another order: one step of 255 at most.
      expect(Math.abs(found[y * scene.width + x]! - due)).toBeLessThanOrEqual(due === 0 ? 0 : 1);
    }
  }
});

test('pixels without data have probability 0 and stand in no outline, even where the model would be sure', async () => {
  const bright = new Scene(64, 64, (x) => x < 32);
  bright.grey = () => 250;
  const request = await bright.request(0, 0, 64, 0.05);
  const answer = await transform({ inputs: [await detector.infer(request)] }, task);
  const { polygons } = JSON.parse(String(answer.data[0])) as { polygons: { rings: number[][]; pixels: number }[] };
  expect(polygons).toMatchObject([{ pixels: 32 * 64, rings: [[0, 0, 0, 64, 32, 64, 32, 0]] }]);
});

/** Edges of what a network of the brightness kind is asked about for a block of a scene. */
async function askedFor(imagery: Scene, takesAnySize = true): Promise<number[]> {
  const asked: number[] = [];
  const counting = new Detector({
    layout,
    task,
    network: {
      takesAnySize,
      run: () => Promise.reject(new Error('nobody sends a raw image')),
      answer: (planes, width, height) => (asked.push(width), network.answer(planes, width, height)),
    },
  });
  await counting.infer(await imagery.request(0, 0, 256));
  return asked;
}

test('the network is not asked about windows without data', async () => {
  expect(await askedFor(new Scene(256, 64, (x) => x >= 192))).toEqual([96]);
  expect(await askedFor(new Scene(256, 256, (x, y) => x >= 192 && y < 64))).toEqual([96]);
});

test('windows that all have data are asked about at once, as a square, where the network takes any size', async () => {
  expect(await askedFor(new Scene(256, 256))).toEqual([288]);
  expect(await askedFor(new Scene(256, 128))).toEqual(Array(8).fill(96));
  expect(await askedFor(new Scene(128, 128), false)).toEqual(Array(4).fill(96));
});

test('an answer that is not a number is refused, not served', async () => {
  const broken = new Detector({ layout, task, network: await Network.load(readFileSync(notANumber.file), 1) });
  const failing = broken.infer(await scene.request(64, 64, 64));
  await expect(failing).rejects.toMatchObject({ code: 'model-output-invalid' });
});

test('bytes that are no model, and a model with other inputs, are refused', async () => {
  await expect(Network.load(new Uint8Array([1, 2, 3]), 1)).rejects.toBeInstanceOf(CairnError);
});

test.each([
  ['a core off the grid of windows', { coreX0: 10, originX: -6 }],
  ['another halo', { originX: -32 }],
  ['a core without pixels', { coreX1: 0 }],
  ['a threshold over 1', { threshold: 1.5 }],
  ['a core of other size than the image', { coreX1: 128 }],
])('a request with %s is refused with the place of the fault', async (_, change) => {
  const request = await scene.request(0, 0, 64);
  Object.assign(request.inputs[0]!.parameters!, change);
  await expect(detector.infer(request)).rejects.toMatchObject({
    code: 'input-invalid',
    more: { where: expect.stringContaining('/inputs/0') as string },
  });
});

test.each([
  ['text that is not base64', '%%%'],
  ['base64 of something that is not DEFLATE', Buffer.from('hello').toString('base64')],
  ['nothing', ''],
])('a tensor with %s is refused', async (_, data) => {
  const request = await scene.request(0, 0, 64);
  request.inputs[0]!.data = [data];
  await expect(detector.infer(request)).rejects.toMatchObject({ code: 'input-invalid' });
});
