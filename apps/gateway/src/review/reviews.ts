import { Readable } from 'node:stream';
import { CairnError, type Review, type ReviewChange, type ReviewList, reviewFigures } from '@cairn/contracts';
import type { Database } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { recordEvent } from '../identity/events.ts';
import { demandPrediction } from '../inference/prediction-row.ts';
import type { ObjectStore } from '../storage/objects.ts';
import { featureLines } from './feature-lines.ts';
import { checkedOutline } from './outline.ts';
import { placeReview, reviewsOf, toReview } from './review-row.ts';
import { reviewedCollection } from './reviewed-collection.ts';

/** The ids of so many predictions are remembered: who reviews one asks for it at every building. */
const mostRemembered = 8;

/** What people who looked say of the buildings of predictions. The prediction itself stays as it was signed. */
export class Reviews {
  readonly #database: Database;
  readonly #objects: ObjectStore;
  readonly #features = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(options: { database: Database; objects: ObjectStore }) {
    this.#database = options.database;
    this.#objects = options.objects;
  }

  /** What was said of a prediction's buildings. @throws CairnError `not-found` */
  async list(prediction: string): Promise<ReviewList> {
    await demandPrediction(this.#database, prediction);
    const rows = await reviewsOf(this.#database, prediction);
    return { reviews: rows.map(toReview), figures: reviewFigures(rows.map(({ verdict }) => verdict)) };
  }

  /**
   * Keeps what somebody says of a building, in place of what was said of it before.
   * @throws CairnError `not-found`; `input-invalid` where an outline is missing, or there is one that is not of what was fixed;
   * `outline-invalid`
   */
  async place(prediction: string, feature: string, change: ReviewChange, actor: Actor): Promise<Review> {
    await this.#demandFeature(prediction, feature);
    const { verdict, geometry } = change;
    if ((verdict === 'fixed') !== (geometry !== undefined)) {
      throw new CairnError('input-invalid', 'An outline belongs to what was fixed, and only to that.', {
        where: 'geometry',
        action: 'Give the outline as it should be with the verdict "fixed", and none with another.',
      });
    }
    const outline = geometry === undefined ? null : checkedOutline(geometry, feature);
    return this.#database.transaction(async (tx) => {
      const row = await placeReview(tx, { prediction, feature, verdict, geometry: outline, actor: actor.id });
      await recordEvent(tx, actor, {
        kind: 'feature.reviewed',
        subject: `prediction:${prediction}/${feature}`,
        data: { verdict, ...(outline === null ? {} : { geometry: outline }) },
      });
      return toReview(row);
    });
  }

  /** Takes back what was said of a building; where nothing was said, nothing happens. @throws CairnError `not-found` */
  async withdraw(prediction: string, feature: string, actor: Actor): Promise<void> {
    await this.#demandFeature(prediction, feature);
    await this.#database.transaction(async (tx) => {
      const gone = await tx.query('delete from cairn.review where prediction = $1 and feature = $2 returning feature', [
        prediction,
        feature,
      ]);
      if (gone.length === 0) return;
      const subject = `prediction:${prediction}/${feature}`;
      await recordEvent(tx, actor, { kind: 'feature.review-withdrawn', subject });
    });
  }

  /** The GeoJSON of a prediction as its review leaves it. @throws CairnError `not-found` */
  async collection(prediction: string): Promise<Readable> {
    const { geojson_digest: digest } = await demandPrediction(this.#database, prediction);
    const rows = await reviewsOf(this.#database, prediction);
    const figures = reviewFigures(rows.map(({ verdict }) => verdict));
    const reviews = new Map(rows.map((row) => [row.feature, row]));
    const geojson = await this.#objects.read(digest);
    const collection = Readable.from(reviewedCollection(geojson, prediction, reviews, figures));
    // Also where nobody reads the first line: a generator that never began cleans up nothing.
    return collection.once('close', () => geojson.destroy());
  }

  async #demandFeature(prediction: string, feature: string): Promise<void> {
    if ((await this.#idsOf(prediction)).has(feature)) return;
    throw new CairnError('not-found', `The prediction ${prediction} has no building ${feature}.`, {
      where: feature,
      action: 'Take the id of a feature of the prediction’s GeoJSON.',
    });
  }

  /** The ids of a prediction's features. */
  async #idsOf(prediction: string): Promise<ReadonlySet<string>> {
    const remembered = this.#features.get(prediction);
    if (remembered !== undefined) return remembered;
    const { geojson_digest: digest } = await demandPrediction(this.#database, prediction);
    const reading = this.#readIds(digest);
    this.#features.set(prediction, reading);
    reading.catch(() => this.#features.delete(prediction));
    const oldest = this.#features.keys().next().value;
    if (this.#features.size > mostRemembered && oldest !== undefined) this.#features.delete(oldest);
    return reading;
  }

  async #readIds(digest: Parameters<ObjectStore['read']>[0]): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    for await (const line of featureLines(await this.#objects.read(digest))) {
      // A copy: what was cut out of a line would keep all of the file's text.
      if ('id' in line) ids.add(Buffer.from(line.id, 'latin1').toString('latin1'));
    }
    return ids;
  }
}
