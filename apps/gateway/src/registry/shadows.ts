import { CairnError, type Shadow, type ShadowChange, type ShadowComparison, type ShadowStatus } from '@cairn/contracts';
import type { Database } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { comparisonsOf, recordOf, toComparison } from './comparison-row.ts';
import type { Outbox } from './outbox.ts';
import { endShadow, mayShadow, placeShadow } from './shadow-row.ts';
import { shareOf, toShare } from './share-row.ts';
import { holdVersions } from './stage-move.ts';
import { versionId } from './version-row.ts';
import type { Versions } from './versions.ts';

/**
 * Shadows: a version in staging or production that runs a share of a model's predictions once more, to be watched before it
 * answers anybody. It ends by itself when its version becomes the default, is laid aside or revoked.
 */
export class Shadows {
  readonly #database: Database;
  readonly #versions: Versions;
  readonly #outbox: Pick<Outbox, 'kick'>;

  constructor(options: { database: Database; versions: Versions; outbox: Pick<Outbox, 'kick'> }) {
    this.#database = options.database;
    this.#versions = options.versions;
    this.#outbox = options.outbox;
  }

  /** The shadow of a model and how it did. @throws CairnError `not-found` where there is no such model. */
  async get(model: string): Promise<ShadowStatus> {
    await this.#versions.list(model);
    const row = await shareOf(this.#database, 'shadow', model);
    if (row === null) return { shadow: null, record: null };
    return { shadow: toShare(row), record: await recordOf(this.#database, row) };
  }

  /** What the versions of a model found as shadows, the newest first. @throws CairnError `not-found` */
  async comparisons(model: string, limit: number): Promise<ShadowComparison[]> {
    await this.#versions.list(model);
    return (await comparisonsOf(this.#database, model, limit)).map(toComparison);
  }

  /**
   * Makes a version the shadow of its model, in place of another where there is one.
   * @throws CairnError `not-found`, `stage-transition-refused` for a version that is neither in staging nor in production,
   * `conflict` where it is the default.
   */
  async set(model: string, { version, share, reason }: ShadowChange, actor: Actor): Promise<Shadow> {
    const row = await this.#database.transaction(async (tx) => {
      await holdVersions(tx, model);
      const chosen = await this.#versions.get(model, version, tx);
      const where = versionId(chosen);
      if (!(await mayShadow(tx, chosen))) {
        throw new CairnError(
          'stage-transition-refused',
          `Version ${where} is ${chosen.stage}: it may not be a shadow.`,
          {
            where,
            action: `Bring it into staging first: "cairn approve ${where} --to staging".`,
          },
        );
      }
      if (chosen.aliases.includes('production')) {
        throw new CairnError('conflict', `${where} is the default of ${model}: there is nothing to compare it with.`, {
          where,
          action: 'Name a version that does not answer yet.',
        });
      }
      await placeShadow(tx, { model, version, share, reason }, actor);
      return (await shareOf(tx, 'shadow', model))!;
    });
    this.#outbox.kick();
    return toShare(row);
  }

  /** Ends the shadow of a model; where it has none, nothing happens. @throws CairnError `not-found` */
  async end(model: string, actor: Actor): Promise<void> {
    await this.#versions.list(model);
    await this.#database.transaction(async (tx) => {
      await holdVersions(tx, model);
      await endShadow(tx, model, actor);
    });
    this.#outbox.kick();
  }
}
