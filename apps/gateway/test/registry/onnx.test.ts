import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describedNetwork } from '../../src/registry/onnx/described.ts';
import { readNetwork } from '../../src/registry/onnx/network.ts';

const root = join(import.meta.dirname, '../../../..');
const detector = join(root, 'models/building-detector');
const weights = (name: string): Promise<Buffer> => readFile(join(detector, 'versions', name, 'model/model.onnx'));
const fixture = (name: string): Promise<Buffer> => readFile(join(root, 'apps/serving/test/fixture', `${name}.onnx`));

describe('an ONNX file', () => {
  it('tells as many parameters as its package counted, and what the network takes and gives', async () => {
    const item = JSON.parse(await readFile(join(detector, 'stac-item.json'), 'utf8')) as {
      properties: Record<string, unknown>;
    };
    const network = readNetwork(await weights('scene'));
    expect(network).toEqual({
      parameters: item.properties['mlm:total_parameters'],
      inputs: [{ name: 'image', type: 'float32', shape: [-1, 3, -1, -1] }],
      outputs: [{ name: 'probability', type: 'float32', shape: [-1, 1, -1, -1] }],
    });
    expect(describedNetwork(item.properties, network)).toEqual(item.properties);
  });

  it('of another network tells of that one', async () => {
    expect(readNetwork(await fixture('brightness'))).toMatchObject({ inputs: [{ name: 'image' }] });
    expect(readNetwork(await fixture('brightness'))?.parameters).not.toBe(942658);
  });

  it('that is none, or cut off, or changed anywhere is no fault of its reader', async () => {
    const bytes = await fixture('brightness');
    expect(readNetwork(new TextEncoder().encode('no weights at all'))).toBeNull();
    expect(readNetwork(new Uint8Array())).toBeNull();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.uint8Array({ maxLength: 4 }), fc.boolean(), (at, put, cut) => {
        const changed = Buffer.concat([bytes.subarray(0, at), put, cut ? Buffer.alloc(0) : bytes.subarray(at)]);
        const network = readNetwork(changed);
        const count = network?.parameters ?? 0;
        expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what MLM tells of a network', () => {
  const described = {
    title: 'Wide',
    'mlm:total_parameters': 100,
    'mlm:memory_size': 5000,
    'mlm:batch_size_suggestion': 8,
    'mlm:input': [{ name: 'image', input: { shape: [-1, 3, -1, -1], dim_order: [], data_type: 'uint8' } }],
    'mlm:output': [{ name: 'mask', result: { shape: [-1, 2], data_type: 'float32' } }],
  };
  const network = {
    parameters: 400,
    inputs: [{ name: 'image', type: 'float32', shape: [1, 3, 512, 512] }],
    outputs: [{ name: 'mask', type: null, shape: [1, 1, 512, 512] }],
  };

  it('is what its file tells: the number of parameters, a fixed batch, shapes; and no memory of another network', () => {
    const fitted = describedNetwork(described, network);
    expect(fitted).toEqual({
      title: 'Wide',
      'mlm:total_parameters': 400,
      'mlm:batch_size_suggestion': 1,
      'mlm:input': [{ name: 'image', input: { shape: [1, 3, 512, 512], dim_order: [], data_type: 'float32' } }],
      // Of four axes where two are named nothing is known.
      'mlm:output': described['mlm:output'],
    });
    expect(describedNetwork(described, { ...network, parameters: 100 })['mlm:memory_size']).toBe(5000);
  });

  it('is left out where the file does not tell it', () => {
    for (const untold of [null, { ...network, parameters: null }]) {
      const fitted = describedNetwork(described, untold);
      expect(fitted).not.toHaveProperty('mlm:total_parameters');
      expect(fitted).not.toHaveProperty('mlm:memory_size');
    }
    expect(describedNetwork(described, null)['mlm:input']).toEqual(described['mlm:input']);
  });
});
