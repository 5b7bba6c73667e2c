import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CairnError, type ProcessInput, type ProcessResult } from '@cairn/contracts';
import { aoiGeometry, MATCH_IOU } from '@cairn/geo';
import { type Digest, digestHex, type FactsOf, type JsonObject } from '@cairn/receipt';
import { recordEvent } from '../../identity/events.ts';
import type { JobContext, Process } from '../../jobs/process.ts';
import { softwareVersion } from '../../platform/status.ts';
import type { Draft, Receipts } from '../../receipts/receipts.ts';
import {
  comparisonOf,
  type ComparisonRow,
  type FigureColumns,
  keepComparison,
  toComparison,
} from '../../registry/comparison-row.ts';
import { demandUnrevoked } from '../../registry/revocation.ts';
import { shareOf } from '../../registry/share-row.ts';
import { versionId } from '../../registry/version-row.ts';
import { BuildingFile } from '../building-file.ts';
import { findBuildings, type BlockParts } from '../find-buildings.ts';
import type { Precedence } from '../precedence.ts';
import { demandPrediction, type PredictionRow } from '../prediction-row.ts';
import type { Asked } from '../request.ts';
import { taskFor, type Task, type TaskParts } from '../task.ts';
import { onImagery, originTrail } from '../trail.ts';
import type { ComparisonThread } from './comparisons-thread.ts';
import { PatientBackend } from './patient-backend.ts';

type Inputs = ProcessInput<'shadow-prediction'>;
type Result = ProcessResult<'shadow-prediction'>;

/** What the process works with. */
export interface ShadowParts extends TaskParts, Omit<BlockParts, 'callsAtOnce'> {
  receipts: Receipts;
  precedence: Precedence;
  comparisons: ComparisonThread;
  /** Folder of work folders, one a job. */
  workFolder: string;
}

/** A prediction that a shadow is to run again. */
interface ShadowTask extends Task {
  prediction: PredictionRow;
  /** The shadow's share of the predictions. */
  share: number;
}

/** What the shadow found, as its receipt tells it. */
interface Run {
  figures: FigureColumns;
  manifest: Digest;
  count: number;
}

/**
 * The process `shadow-prediction`: the shadow of a model runs what a prediction was asked, and what it finds is compared with
 * what was answered. It makes way for work that somebody waits for. Its buildings go with the job: no file, item or stream
 * of them is left, so nobody can be answered by a version that was not approved. The comparison, its receipt and event come in
 * one transaction; a job that was killed begins again.
 */
export class ShadowPrediction implements Process<'shadow-prediction'> {
  readonly id = 'shadow-prediction';
  readonly #parts: ShadowParts;

  constructor(parts: ShadowParts) {
    this.#parts = parts;
  }

  /** The comparison that there is. */
  async stored({ prediction, version }: Inputs): Promise<Result | null> {
    const row = await comparisonOf(this.#parts.database, partsOf(version), prediction);
    return row === null ? null : { ...toComparison(row), stored: true };
  }

  /**
   * @throws CairnError `not-found`; `conflict` where the version is not the shadow of the prediction's model, or the prediction
   * cannot be asked again; as `predict` where the shadow does not answer
   */
  async run(inputs: Inputs, context: JobContext): Promise<Result> {
    const started = performance.now();
    const { backend, precedence, comparisons, objects, outlines, workFolder } = this.#parts;
    context.step('Look at the prediction');
    const stored = await this.stored(inputs);
    if (stored !== null) return stored;
    const task = await this.#task(inputs);
    const folder = join(workFolder, context.jobId, 'shadow');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const log = join(folder, 'found');
    const buildings = await BuildingFile.open(log, folder);
    try {
      context.step('Find buildings');
      const patient = new PatientBackend({ backend, precedence });
      await findBuildings({ ...this.#parts, backend: patient, callsAtOnce: 1 }, task, buildings, context);
      context.step('Compare');
      context.progress(97, 'Comparing with what was answered');
      await precedence.clear(context.signal);
      const answered = await objects.file(task.prediction.geojson_digest);
      const figures = await comparisons.call('compare', answered, log);
      const run = { figures, manifest: await buildings.manifest(), count: buildings.count };
      return await this.#keep(task, run, Math.round(performance.now() - started) / 1000, context);
    } finally {
      await outlines.call('end', context.jobId);
      await buildings.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #task({ prediction: id, version: ref }: Inputs): Promise<ShadowTask> {
    const { database, versions, imageries } = this.#parts;
    const prediction = await demandPrediction(database, id);
    const { model, version } = partsOf(ref);
    const shadow = await shareOf(database, 'shadow', prediction.model);
    if (prediction.model !== model || shadow?.version !== version) {
      throw new CairnError('conflict', `${ref} is not the shadow of ${prediction.model}.`, {
        where: ref,
        action: `Ask for /models/${prediction.model}/shadow to see which version is.`,
      });
    }
    if (prediction.version === version) throw unrepeatable(id, `${ref} has answered it itself`);
    const { asked } = prediction;
    if (asked === null) throw unrepeatable(id, 'it was made before Cairn kept what a prediction was asked');
    const { digest } = await imageries.get(prediction.imagery);
    if (digest !== asked.imagery) throw unrepeatable(id, `the imagery ${prediction.imagery} is another one by now`);
    const row = await versions.get(model, version);
    const task = await taskFor(this.#parts, row, { imagery: prediction.imagery, ...inputsOf(asked) });
    return { ...task, prediction, share: shadow.share };
  }

  async #keep(task: ShadowTask, run: Run, seconds: number, context: JobContext): Promise<Result> {
    const { database, receipts } = this.#parts;
    const { version, prediction } = task;
    const draft = await this.#draft(task, run);
    return database.transaction(async (tx) => {
      await tx.query('select pg_advisory_xact_lock(hashtext($1))', [draft.subject]);
      const earlier = await comparisonOf(tx, version, prediction.id);
      if (earlier !== null) return { ...toComparison(earlier), stored: true };
      const grounds = [version.weights_digest, version.package_digest, version.dataset_digest];
      await demandUnrevoked(tx, grounds, versionId(version));
      const { digest: receipt } = await receipts.issue(tx, draft);
      const row: Omit<ComparisonRow, 'at'> = {
        ...run.figures,
        prediction: prediction.id,
        model: version.model,
        version: version.version,
        answered: prediction.version,
        seconds,
        receipt,
      };
      const kept = await keepComparison(tx, row);
      await recordEvent(tx, context.actor, {
        kind: 'prediction.shadowed',
        subject: `prediction:${prediction.id}`,
        data: { version: versionId(version), receipt },
      });
      return { ...toComparison(kept), stored: false };
    });
  }

  async #draft(task: ShadowTask, { figures, manifest, count }: Run): Promise<Draft<'shadow'>> {
    const { database, receipts } = this.#parts;
    const { version, imagery, aoi, parameters, prediction, share } = task;
    const origin = await originTrail(database, receipts, version);
    const { facts, upstream, licences } = await onImagery(database, receipts, origin, imagery);
    const witnessed = <T>(value: T): { value: T; known: 'witnessed' } => ({ value, known: 'witnessed' });
    const { answered_features: answered, shadow_features: found, matched } = figures;
    return {
      kind: 'shadow',
      subject: comparisonSubject(prediction.id, version.version),
      facts: {
        ...facts,
        route: witnessed({ alias: 'shadow', share }),
        imagery: witnessed(imagery.id),
        parameters: witnessed({ ...parameters }),
        aoi: witnessed(aoiGeometry(aoi) as unknown as JsonObject),
        features: witnessed({ count, manifest }),
        comparison: witnessed({
          prediction: prediction.id,
          version: versionId({ model: prediction.model, version: prediction.version }),
          iou: MATCH_IOU,
          matched,
          missing: answered - matched,
          added: found - matched,
        }),
        softwareVersion: witnessed(softwareVersion),
        licences: witnessed(licences),
      } satisfies FactsOf<'shadow'>,
      subjects: [{ name: 'buildings', digest: { sha256: digestHex(manifest) } }],
      upstream: [...upstream, prediction.receipt],
    };
  }
}

/** What events and receipts about a comparison name as their subject. */
function comparisonSubject(prediction: string, version: number): string {
  return `shadow:${prediction}/${version}`;
}

function partsOf(ref: string): { model: string; version: number } {
  const [model = '', number] = ref.split('/');
  return { model, version: Number(number) };
}

function inputsOf({ aoi, settings }: Asked): Asked['settings'] & { aoi: unknown } {
  return { aoi, ...settings };
}

function unrepeatable(prediction: string, why: string): CairnError {
  return new CairnError('conflict', `The prediction ${prediction} cannot be compared with: ${why}.`, {
    where: prediction,
    action: 'Name another prediction, or wait for the next one.',
  });
}
