import type { FileSet } from '@cairn/contracts';
import { digestOf } from '@cairn/receipt';
import type { ObjectStore } from '../../src/storage/objects.ts';

/** The files of a package, by path. */
export type Files = Record<string, string>;

const metricsSchema = 'https://example.org/stac/metrics/v1.0.0/schema.json';
const multihash = (text: string): string => `1220${digestOf(text).slice(7)}`;
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const weights = { scene: 'weights of the scene', banepa: 'weights of Banepa' };

/** The record of a run as a shipped version brings it. */
export function record(name: 'scene' | 'banepa', more: Record<string, unknown> = {}): Record<string, unknown> {
  const real = name === 'banepa';
  return {
    name,
    title: `Tiny, trained on ${name}`,
    data: {
      kind: real ? 'real' : 'generated',
      title: name,
      licence: real ? 'ODbL-1.0' : 'CC0-1.0',
      attribution: real ? 'OpenStreetMap contributors' : '',
    },
    commit: 'a'.repeat(40),
    package_digest: digestOf('an earlier package'),
    dataset: {
      digest: digestOf(`data of ${name}`),
      files: 3,
      bytes: 300,
      extent: real ? [85.5, 27.6, 85.6, 27.7] : [86.5, 27.2, 86.6, 27.3],
      chips: 2,
      buildings: 7,
    },
    parameters: { seed: 3, steps: 40, lr: 0.003 },
    environment: { python: '3.11.7', lock_digest: digestOf('an earlier lock'), platform: 'linux-x86_64' },
    threads: 2,
    cpu: { class: 'AMD EPYC (avx2)', cap: 'avx2' },
    seed: 3,
    metrics: { test_iou: 0.75, test_precision: 0.8, test_recall: 0.9, test_object_f1: 0.5 },
    threshold: 0.4,
    gsd: 0.3,
    stride: 16,
    halo: 96,
    seconds: 12.5,
    mlflow_run_id: `recorded-${name}`,
    weights: { digest: digestOf(weights[name]), size: weights[name].length },
    ...more,
  };
}

/** How sure a shipped version may say it is (`calibration.json`). */
export function calibration(name: 'scene' | 'banepa', more: Record<string, unknown> = {}): string {
  return json({
    method: 'platt',
    slope: 2,
    intercept: -1.5,
    threshold: 0.4,
    weights: digestOf(weights[name]),
    fitted_on: 36,
    measured_on: 120,
    error: { before: 0.26, after: 0.12 },
    ...more,
  });
}

/** The files of one shipped version. */
export function shippedVersion(name: 'scene' | 'banepa'): Files {
  return {
    [`versions/${name}/run.json`]: json(record(name)),
    [`versions/${name}/card.md`]: `# ${name}\n`,
    [`versions/${name}/model/model.onnx`]: weights[name],
    [`versions/${name}/model/MLmodel`]: [
      'flavors:',
      '  onnx: { code: null, data: model.onnx, onnx_version: 1.20.0, providers: [CPUExecutionProvider] }',
      '  python_function: { data: model.onnx, loader_module: mlflow.onnx, python_version: 3.11.7 }',
      'mlflow_version: 3.17.0',
      'model_uuid: 0c92da79681d4375b86247115f3ad652',
      "utc_time_created: '2026-01-01 00:00:00.000000'",
      '',
    ].join('\n'),
  };
}

const mlproject = `name: tiny
python_env: python_env.yaml
entry_points:
  preprocess: { parameters: { data: string, out: string }, command: python -m tiny preprocess }
  train:
    parameters:
      seed: { type: float, default: 0 }
      steps: { type: float, default: "40" }
      lr: { type: float, default: 0.003 }
    command: python -m tiny train --seed {seed} --steps {steps} --lr {lr}
  evaluate: { command: python -m tiny evaluate }
  inference: { command: python -m tiny inference }
  postprocess: { command: python -m tiny postprocess }
`;

/** The STAC item of the tiny package, given the files that its assets name. */
export function item(files: Files, more: { id?: string; properties?: Record<string, unknown> } = {}): string {
  const asset = (href: string, rest: object): object => ({
    href,
    'file:checksum': multihash(files[href] ?? ''),
    'file:size': (files[href] ?? '').length,
    ...rest,
  });
  return json({
    type: 'Feature',
    stac_version: '1.1.0',
    stac_extensions: [
      'https://stac-extensions.github.io/mlm/v1.5.2/schema.json',
      'https://stac-extensions.github.io/file/v2.1.0/schema.json',
      metricsSchema,
    ],
    id: more.id ?? 'tiny',
    bbox: [86.5, 27.2, 86.6, 27.3],
    geometry: {
      type: 'Polygon',
      coordinates: [
        [
          [86.5, 27.2],
          [86.6, 27.2],
          [86.6, 27.3],
          [86.5, 27.3],
          [86.5, 27.2],
        ],
      ],
    },
    properties: {
      title: 'Tiny',
      description: 'A package for tests.',
      datetime: '2026-01-01T00:00:00Z',
      license: 'Apache-2.0',
      'mlm:name': 'tiny',
      'mlm:architecture': 'U-Net',
      'mlm:tasks': ['semantic-segmentation'],
      'mlm:framework': 'ONNX',
      'mlm:hyperparameters': { seed: 0, steps: 40, lr: 0.003 },
      'mlm:input': [
        {
          name: 'image',
          bands: [],
          input: { shape: [-1, 3, -1, -1], dim_order: ['batch', 'channel', 'height', 'width'], data_type: 'float32' },
        },
      ],
      'mlm:output': [
        {
          name: 'probability',
          tasks: ['semantic-segmentation'],
          result: { shape: [-1, 1, -1, -1], dim_order: ['batch', 'channel', 'height', 'width'], data_type: 'float32' },
        },
      ],
      'metrics:test': { iou: 0.75 },
      ...more.properties,
    },
    links: [],
    assets: {
      model: asset('versions/scene/model/model.onnx', {
        type: 'application/octet-stream; application=onnx',
        roles: ['mlm:model', 'mlm:weights'],
        'mlm:artifact_type': 'onnx',
      }),
      code: asset('tiny/__init__.py', {
        type: 'text/x-python',
        roles: ['code', 'mlm:source_code'],
        'mlm:entrypoint': 'tiny:main',
      }),
      hyperparameters: asset('schema/hyperparameters.json', { type: 'application/schema+json', roles: ['metadata'] }),
      metrics: asset('schema/metrics.json', { type: 'application/schema+json', roles: ['metadata'] }),
    },
  });
}

/** A small package that holds together and ships two versions. `change` may add, replace or (with undefined) leave out. */
export function tinyPackage(change: Record<string, string | undefined> = {}): Files {
  const files: Files = {
    MLproject: mlproject,
    Dockerfile: 'FROM python:3.11.13-slim-bookworm\n',
    'python_env.yaml': 'python: "3.11"\ndependencies:\n  - -r requirements.lock\n',
    'requirements.lock': `# pinned\nnumpy==2.4.6 \\\n    --hash=sha256:${'0'.repeat(64)}\nonnx==1.23.2 ; python_version >= "3.11"\n`,
    'card.md': '# Tiny\n',
    'tiny/__init__.py': 'def main() -> None:\n    pass\n',
    'tests/test_tiny.py': 'def test_tiny() -> None:\n    assert True\n',
    'schema/hyperparameters.json': json({
      type: 'object',
      properties: {
        seed: { type: 'integer', default: 0 },
        steps: { type: 'integer', default: 40 },
        lr: { type: 'number', default: 0.003 },
      },
    }),
    'schema/metrics.json': json({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: metricsSchema,
      type: 'object',
      properties: {
        properties: {
          type: 'object',
          required: ['metrics:test'],
          properties: {
            'metrics:test': { type: 'object', required: ['iou'], additionalProperties: { type: 'number', maximum: 1 } },
          },
        },
      },
    }),
    ...shippedVersion('scene'),
    ...shippedVersion('banepa'),
  };
  files['stac-item.json'] = item(files);
  return Object.fromEntries(
    Object.entries({ ...files, ...change }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Uploads a package's files as the command line does. */
export async function upload(objects: ObjectStore, files: Record<string, string | Uint8Array>): Promise<FileSet> {
  const set: FileSet = [];
  for (const [path, content] of Object.entries(files)) {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const digest = digestOf(bytes);
    if (!(await objects.has(digest))) await objects.put(bytes, digest);
    set.push({ path, digest });
  }
  return set;
}
