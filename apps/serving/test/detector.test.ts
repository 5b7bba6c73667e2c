import { readFileSync } from 'node:fs';
import { CairnError, type Tensor } from '@cairn/contracts';
import { expect, test } from 'vitest';
import { Detector } from '../src/detector.ts';
import { Network } from '../src/network.ts';
import { semanticSegmentation, type FoundPixels } from '../src/tasks/semantic-segmentation.ts';
import type { ModelTask } from '../src/tasks/model-task.ts';
import { brightness, layout, notANumber, Scene } from './scene.ts';

const scene = new Scene(300, 200, (x, y) => x + y > 120);
const network = await Network.load(readFileSync(brightness.file), 1);
const pixels = semanticSegmentation(['background', 'building']);
const task: ModelTask = pixels;
const detector = new Detector({ network, task, layout });

async function foundIn(request: Parameters<Detector['find']>[0]): Promise<FoundPixels> {
  return (await detector.find(request)).found as FoundPixels;
}

/** Probabilities of the whole scene, put together from blocks of one size. */
async function mosaic(size: number): Promise<Uint8Array> {
  const whole = new Uint8Array(scene.width * scene.height);
  for (let y = 0; y < scene.height; y += size) {
    for (let x = 0; x < scene.width; x += size) {
      const width = Math.min(size, scene.width - x);
      const height = Math.min(size, scene.height - y);
      const { probability: part } = await foundIn(await scene.request(x, y, size));
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
  const { place } = await detector.find(request);
  const [shapes] = pixels.shapes(await foundIn(request), place);
  expect(shapes?.polygons).toMatchObject([{ pixels: 32 * 64, rings: [[0, 0, 0, 64, 32, 64, 32, 0]] }]);
});

/** Sizes of what a network of the brightness kind is asked about for a block of a scene. */
async function askedFor(imagery: Scene, takesAnySize = true): Promise<string[]> {
  const asked: string[] = [];
  const counting = new Detector({
    layout,
    task,
    network: {
      takesAnySize,
      planes: (length) => network.planes(length),
      run: () => Promise.reject(new Error('nobody sends a raw image')),
      answer: (planes, width, height) => (asked.push(`${width} × ${height}`), network.answer(planes, width, height)),
    },
  });
  await counting.find(await imagery.request(0, 0, 256));
  return asked;
}

test('what an earlier image left in memory is not seen where a later one has no data', async () => {
  const seen: Float32Array[] = [];
  const used = new Detector({
    layout,
    task,
    network: {
      takesAnySize: true,
      run: () => Promise.reject(new Error('nobody sends a raw image')),
      planes: (length) => new Float32Array(length).fill(0.7),
      answer: (planes, width, height) => (seen.push(planes.slice()), network.answer(planes, width, height)),
    },
  });
  await used.find(await new Scene(64, 64, (x) => x < 32).request(0, 0, 64));
  const [planes] = seen;
  const row = planes!.subarray(48 * 96, 49 * 96);
  expect([...row.slice(0, 16), ...row.slice(48)]).toEqual(Array(64).fill(0));
  expect(row.slice(16, 48)).not.toContain(0);
});

test('the network is not asked about windows without data', async () => {
  expect(await askedFor(new Scene(256, 64, (x) => x >= 192))).toEqual(['96 × 96']);
  expect(await askedFor(new Scene(256, 256, (x, y) => x >= 192 && y < 64))).toEqual(['96 × 96']);
});

test('windows that all have data are asked about at once where the network takes any size', async () => {
  expect(await askedFor(new Scene(256, 256))).toEqual(['288 × 288']);
  expect(await askedFor(new Scene(256, 128))).toEqual(['288 × 160']);
  expect(await askedFor(new Scene(128, 128), false)).toEqual(Array(4).fill('96 × 96'));
});

test('of windows of which some have data, those that lie together are asked about at once', async () => {
  const asked = await askedFor(new Scene(256, 256, (x, y) => x >= 128 || y >= 128));
  expect(asked.sort()).toEqual(['160 × 160', '160 × 288']);
});

test('an answer that is not a number is refused, not served', async () => {
  const broken = new Detector({ layout, task, network: await Network.load(readFileSync(notANumber.file), 1) });
  const failing = broken.find(await scene.request(64, 64, 64));
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
  await expect(detector.find(request)).rejects.toMatchObject({
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
  await expect(detector.find(request)).rejects.toMatchObject({ code: 'input-invalid' });
});

test('a core of several blocks holds, block for block, what each of them holds', async () => {
  const several = await scene.request(64, 0, 192);
  Object.assign(several.inputs[0]!.parameters!, { block: 64 });
  const { place, found } = await detector.find(several);
  const told = task.shapes(found, place);
  const single = [];
  for (let y = 0; y < 192; y += 64) {
    for (let x = 64; x < 256; x += 64) {
      const one = await detector.find(await scene.request(x, y, 64));
      single.push(...task.shapes(one.found, one.place));
    }
  }
  expect(told).toEqual(single);
  expect(told.flatMap(({ polygons }) => polygons).length).toBeGreaterThan(20);
});

test('a block goes as plain bytes too', async () => {
  const packed = await scene.request(0, 64, 128);
  const { parameters } = packed.inputs[0]!;
  const [height, width] = [128 + 2 * layout.halo, 128 + 2 * layout.halo];
  const rgba = scene.rgba(-layout.halo, 64 - layout.halo, width, height);
  const plain: Tensor = {
    name: 'image',
    datatype: 'UINT8',
    shape: [height, width, 4],
    parameters: parameters!,
    data: rgba,
  };
  expect(await foundIn({ inputs: [plain] })).toEqual(await foundIn(packed));
  const smaller = { ...plain, shape: [height - 1, width, 4], data: rgba.subarray(width * 4) };
  await expect(foundIn({ inputs: [smaller] })).rejects.toMatchObject({ code: 'input-invalid' });
});
