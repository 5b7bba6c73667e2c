import { readFile } from 'node:fs/promises';
import { type Files, tinyPackage } from '../registry/package-fixture.ts';

const mlproject = `name: tiny
python_env: python_env.yaml
entry_points:
  preprocess: { parameters: { data: string, out: string }, command: "python steps.py preprocess {data} {out}" }
  train:
    parameters:
      prepared: string
      out: string
      seed: { type: float, default: 0 }
      steps: { type: float, default: 40 }
      lr: { type: float, default: 0.003 }
    command: "python steps.py train {prepared} {out} {seed} {steps} {lr}"
  evaluate:
    parameters: { prepared: string, model: string, out: string, title: string }
    command: "python steps.py evaluate {prepared} {model} {out} {title}"
  inference: { command: python steps.py inference }
  postprocess: { command: python steps.py postprocess }
`;

const hyperparameters = JSON.stringify({
  type: 'object',
  additionalProperties: false,
  properties: {
    seed: { type: 'integer', minimum: 0, default: 0 },
    steps: { type: 'integer', minimum: 1, default: 40 },
    lr: { type: 'number', exclusiveMinimum: 0, default: 0.003 },
  },
});

/** The tiny package with entry points that really run: `steps.py` learns nothing, and logs as a real one does. */
export async function trainablePackage(): Promise<Files> {
  const whole = tinyPackage({
    MLproject: mlproject,
    'steps.py': await readFile(new URL('steps.py', import.meta.url), 'utf8'),
    'schema/hyperparameters.json': hyperparameters,
  });
  const files = Object.fromEntries(Object.entries(whole).filter(([file]) => !file.startsWith('versions/banepa')));
  const item = JSON.parse(files['stac-item.json']!) as { assets: Record<string, Record<string, unknown>> };
  delete item.assets['hyperparameters']!['file:checksum'];
  delete item.assets['hyperparameters']!['file:size'];
  files['stac-item.json'] = JSON.stringify(item);
  return files;
}
