import { readFile } from 'node:fs/promises';
import { type Files, tinyPackage } from '../registry/package-fixture.ts';

/** The MLproject of a package whose entry points are those of `steps.py`; `preprocess` names its first. */
export const stepsProject = (name: string, preprocess = 'preprocess'): string => `name: ${name}
python_env: python_env.yaml
entry_points:
  preprocess: { parameters: { data: string, out: string }, command: "python steps.py ${preprocess} {data} {out}" }
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
  inference:
    parameters: { model: string, image: string, out: string }
    command: "python steps.py inference {model} {image} {out}"
  postprocess: { parameters: { probability: string, out: string }, command: "python steps.py postprocess {probability} {out}" }
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
    MLproject: stepsProject('tiny'),
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
