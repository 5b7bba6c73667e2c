import { CairnError, type Canary, type CanaryChange } from '@cairn/contracts';
import type { Database } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import type { Outbox } from './outbox.ts';
import { endShare, placeShare, shareOf, toShare } from './share-row.ts';
import { holdVersions } from './stage-move.ts';
import { versionId } from './version-row.ts';
import type { Versions } from './versions.ts';

/**
 * Canaries: a version in production beside the default that answers a share of the requests that name no version, before it
 * becomes the default. It ends by itself when its version leaves production or becomes the default.
 */
export class Canaries {
  readonly #database: Database;
  readonly #versions: Versions;
  readonly #outbox: Pick<Outbox, 'kick'>;

  constructor(options: { database: Database; versions: Versions; outbox: Pick<Outbox, 'kick'> }) {
    this.#database = options.database;
    this.#versions = options.versions;
    this.#outbox = options.outbox;
  }

  /** The canary of a model, or null. @throws CairnError `not-found` where there is no such model. */
  async get(model: string): Promise<Canary | null> {
    await this.#versions.list(model);
    const row = await shareOf(this.#database, 'canary', model);
    return row === null ? null : toShare(row);
  }

  /**
   * Makes a version the canary of its model, in place of another where there is one.
   * @throws CairnError `not-found`, `version-not-in-production` where nobody has approved it or nothing is the default,
   * `conflict` where it is the default itself.
   */
  async set(model: string, { version, share, reason }: CanaryChange, actor: Actor): Promise<Canary> {
    const row = await this.#database.transaction(async (tx) => {
      await holdVersions(tx, model);
      const chosen = await this.#versions.production(`${model}/${version}`, tx);
      if (chosen.aliases.includes('production')) {
        throw new CairnError('conflict', `${versionId(chosen)} is the default of ${model}, which answers the others.`, {
          where: versionId(chosen),
          action: 'Name another version in production, or let another be the default first.',
        });
      }
      await placeShare(tx, 'canary', { model, version, share, reason }, actor);
      return (await shareOf(tx, 'canary', model))!;
    });
    this.#outbox.kick();
    return toShare(row);
  }

  /** Ends the canary of a model; where it has none, nothing happens. @throws CairnError `not-found` */
  async end(model: string, actor: Actor): Promise<void> {
    await this.#versions.list(model);
    await this.#database.transaction(async (tx) => {
      await holdVersions(tx, model);
      await endShare(tx, 'canary', model, actor);
    });
    this.#outbox.kick();
  }
}
