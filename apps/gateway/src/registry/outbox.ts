import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../db/database.ts';
import type { MlflowClient } from './mlflow/client.ts';
import { type VersionRow, versionSubject } from './version-row.ts';

/** The aliases that Cairn gives out; others in MLflow are left alone. */
const managed = ['production', 'canary', 'shadow'] as const;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

type Log = Pick<FastifyBaseLogger, 'warn'>;

interface Note {
  seq: number;
  model: string;
  version: number;
}

/**
 * Tells MLflow what changed here: stage, digests and aliases of versions. A note is written with each change (see
 * `mirrorLater`) and is done when MLflow has it. A delivery brings MLflow to the state of this moment, whatever the notes
 * were about, so doing it twice changes nothing. It fails while MLflow is down and is tried again, with growing pauses.
 */
export class Outbox {
  readonly #database: Database;
  readonly #mlflow: MlflowClient;
  readonly #logger: Log;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #pauseMs = firstPauseMs;
  #stopped = false;

  constructor(options: { database: Database; mlflow: MlflowClient; logger: Log }) {
    this.#database = options.database;
    this.#mlflow = options.mlflow;
    this.#logger = options.logger;
  }

  /** Takes up what an earlier gateway left undone, after `delayMs`: starting MLflow must not slow down a start. */
  start(delayMs = 20_000): void {
    this.#wakeIn(delayMs);
  }

  /** Delivers soon: called after a change was committed. */
  kick(): void {
    this.#wakeIn(0);
  }

  /** How many notes MLflow does not have yet. */
  async pending(): Promise<number> {
    const [row] = await this.#database.query<{ count: number }>(
      'select count(*)::int as count from cairn.mlflow_outbox where not done',
    );
    return row?.count ?? 0;
  }

  /**
   * Delivers all notes that there are now, model by model; one delivery at a time, for MLflow does not take two of one tag.
   * @throws what kept MLflow from taking the first that it did not take.
   */
  deliver(): Promise<void> {
    const turn = this.#turn.then(() => this.#deliverAll());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Ends deliveries; what is undone stays noted. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#turn;
  }

  async #deliverAll(): Promise<void> {
    const notes = await this.#database.query<Note>(
      'select seq, model, version from cairn.mlflow_outbox where not done order by seq',
    );
    const failures: unknown[] = [];
    for (const model of new Set(notes.map((note) => note.model))) {
      const mine = notes.filter((note) => note.model === model);
      const sequence = mine.map(({ seq }) => seq);
      try {
        await this.#mirror(model, new Set(mine.map(({ version }) => version)));
      } catch (error) {
        await this.#database.query(
          'update cairn.mlflow_outbox set attempts = attempts + 1 where seq = any($1::bigint[])',
          [sequence],
        );
        failures.push(error);
        continue;
      }
      await this.#database.query('update cairn.mlflow_outbox set done = true where seq = any($1::bigint[])', [
        sequence,
      ]);
    }
    if (failures.length > 0) throw failures[0];
  }

  async #mirror(model: string, versions: ReadonlySet<number>): Promise<void> {
    const rows = await this.#database.query<VersionRow>(
      'select * from cairn.version where model = $1 order by version',
      [model],
    );
    for (const row of rows) {
      if (versions.has(row.version)) await this.#mlflow.setVersionTags(model, row.version, tagsOf(row));
    }
    const held = (await this.#mlflow.registeredModel(model))?.aliases ?? {};
    for (const alias of managed) {
      const wanted = rows.find((row) => row.aliases.includes(alias))?.version;
      if (wanted === held[alias]) continue;
      if (wanted === undefined) await this.#mlflow.deleteAlias(model, alias);
      else await this.#mlflow.setAlias(model, alias, wanted);
    }
  }

  #wakeIn(milliseconds: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#wake(), milliseconds);
    this.#timer.unref();
  }

  #wake(): void {
    this.deliver().then(
      () => (this.#pauseMs = firstPauseMs),
      (error: unknown) => {
        this.#logger.warn({ err: error }, 'MLflow has not been told of changes yet; it will be tried again');
        this.#wakeIn(this.#pauseMs);
        this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
      },
    );
  }
}

/** Tags of a model version in MLflow, by name. */
export function tagsOf(row: VersionRow): Record<string, string> {
  return {
    'cairn.version': versionSubject(row),
    'cairn.stage': row.stage,
    'cairn.known': row.known,
    'cairn.weights_digest': row.weights_digest,
    'cairn.package_digest': row.package_digest,
    'cairn.dataset_digest': row.dataset_digest,
    'cairn.environment_digest': row.environment_digest,
    'cairn.receipt': row.receipt,
  };
}
