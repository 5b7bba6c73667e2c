import type { Estimate, ProcessInput } from '@cairn/contracts';
import { versionId } from '../registry/version-row.ts';
import { costOf, type Rates } from '../usage/rates.ts';
import type { GraphBackend } from './backend/backend.ts';
import { windowsOf } from './block-image.ts';
import type { OutlineThread } from './outlines-thread.ts';
import { expectationOf, type Expectation } from './pace.ts';
import { predictionOf } from './prediction-row.ts';
import { outlineSpec, taskOf, type TaskParts } from './task.ts';
import { warningsOf } from './warnings.ts';

/** What estimates are made with. */
export interface EstimateParts extends TaskParts {
  backend: Pick<GraphBackend, 'isReady'>;
  outlines: OutlineThread;
  rates: Rates;
}

/** How far off an estimate may be, as a factor, by what it has learnt from. */
const doubt: Record<Expectation['from'], number> = { 'this-version': 1.3, 'other-versions': 3, nothing: 5 };

/** Seconds in which a stored prediction is answered. */
const atOnce = 0.1;

/**
 * What a prediction would take; nothing is started. Time goes with the windows that have imagery, at the pace of the last
 * predictions on this machine.
 * @throws CairnError `not-found`, `version-not-in-production`, `aoi-*`, `imagery-*`
 */
export async function estimate(parts: EstimateParts, inputs: ProcessInput<'predict'>): Promise<Estimate> {
  const { database, backend, outlines, reader, rates } = parts;
  const task = await taskOf(parts, inputs);
  const { version, imagery, aoi, graph, path } = task;
  const blocks = await outlines.call('blocks', outlineSpec(task));
  const windows = blocks.flatMap(({ core }) => windowsOf(core, graph));
  const tiles = (await reader.call('coverage', path, version.gsd, windows)).filter(Boolean).length;
  const stored = (await predictionOf(database, task.request)) !== null;
  const expected = await expectationOf(database, version.weights_digest, backend.isReady(graph));
  const seconds = stored ? atOnce : tiles * expected.secondsAWindow + expected.otherSeconds;
  const factor = stored ? 1 : doubt[expected.from];
  const amount = costOf({ wallSeconds: seconds }, rates);
  const warnings = warningsOf(task);
  if (tiles < windows.length) {
    const share = ((100 * (windows.length - tiles)) / windows.length).toFixed(0);
    warnings.push({
      code: 'no-imagery',
      words: `${share} % of the area's tiles have no imagery: nothing is found there.`,
    });
  }
  return {
    version: versionId(version),
    imagery: imagery.id,
    stored,
    seconds: rounded(seconds),
    range: { from: rounded(seconds / factor), to: rounded(seconds * factor) },
    learnt: { from: expected.from, runs: expected.runs },
    ...(amount === null ? {} : { money: { amount: Number(amount.toFixed(6)), currency: rates.currency } }),
    areaKm2: Math.round(aoi.area) / 1e6,
    blocks: blocks.length,
    tiles,
    warnings,
  };
}

function rounded(seconds: number): number {
  return Number(seconds.toPrecision(3));
}
