import type { ProcessId, ProcessResult } from '@cairn/contracts';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database, Queryable } from '../../src/db/database.ts';
import type { Actor } from '../../src/identity/actor.ts';
import { Jobs, type JobTiming } from '../../src/jobs/engine.ts';
import type { Lease } from '../../src/jobs/lease.ts';
import type { JobContext, Process } from '../../src/jobs/process.ts';

export const mapper: Actor = { id: 'amina', roles: ['mapper'] };
export const scientist: Actor = { id: 'bikash', roles: ['mapper', 'scientist'] };
export const administrator: Actor = { id: 'chandra', roles: ['administrator'] };

/** What a prediction answers, as far as jobs care. */
export const answer: ProcessResult<'predict'> = {
  prediction: 'p',
  href: '/predictions/p/buildings.geojson',
  digest: `sha256:${'0'.repeat(64)}`,
  features: 1,
  areaKm2: 0.5,
  seconds: 1,
  receipt: `sha256:${'1'.repeat(64)}`,
  stored: false,
};

/** A process whose run is the test's: it ends when the test says so, or by its signal. */
export class ControlledProcess implements Process<'predict'> {
  readonly id = 'predict';
  /** What it would answer without a run. */
  kept: ProcessResult<'predict'> | null = null;
  readonly runs: { imagery: string; context: JobContext; finish: () => void; fail: (error: unknown) => void }[] = [];
  #waiting: (() => void)[] = [];

  run(inputs: { imagery: string }, context: JobContext): Promise<ProcessResult<'predict'>> {
    return new Promise((resolve, reject) => {
      this.runs.push({ imagery: inputs.imagery, context, finish: () => resolve(answer), fail: reject });
      if (context.signal.aborted) reject(context.signal.reason as Error);
      context.signal.addEventListener('abort', () => reject(context.signal.reason as Error));
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  stored(): Promise<ProcessResult<'predict'> | null> {
    return Promise.resolve(this.kept);
  }

  /** Waits until so many runs were started. */
  async started(count: number): Promise<void> {
    while (this.runs.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

/** The row of a job that runs, held by `owner` in its first attempt. */
export async function runningJob(database: Queryable, process: ProcessId = 'predict', owner = 'one'): Promise<Lease> {
  const id = randomUUID();
  await database.query(
    `insert into cairn.job (id, process, inputs, inputs_digest, status, actor, attempt, lease_owner, lease_until)
     values ($1, $2, '{}', $1, 'running', 'amina', 1, $3, clock_timestamp() + interval '1 hour')`,
    [id, process, owner],
  );
  return { jobId: id, owner, attempt: 1 };
}

/** Has another gateway take a running job up, as when the lease ran out. */
export async function takenUp(database: Queryable, { jobId, attempt }: Lease, owner = 'two'): Promise<Lease> {
  const next = { jobId, owner, attempt: attempt + 1 };
  await database.query('update cairn.job set lease_owner = $2, attempt = $3 where id = $1', [
    jobId,
    owner,
    next.attempt,
  ]);
  return next;
}

/** Engines on one database, stopped and cleaned up by `close`. */
export class Gateways {
  readonly #database: Database;
  readonly #started: Jobs[] = [];
  #folder: string | undefined;

  /** Where the jobs' work folders lie, once an engine was made. */
  get folder(): string {
    return this.#folder ?? '';
  }

  constructor(database: Database) {
    this.#database = database;
  }

  async start(processes: { readonly [P in ProcessId]?: Process<P> }, timing: Partial<JobTiming> = {}): Promise<Jobs> {
    const jobs = await this.open(processes, timing);
    await jobs.start();
    return jobs;
  }

  /** Makes an engine that does not run anything yet. */
  async open(processes: { readonly [P in ProcessId]?: Process<P> }, timing: Partial<JobTiming> = {}): Promise<Jobs> {
    this.#folder ??= await mkdtemp(join(tmpdir(), 'cairn-jobs-'));
    const jobs = new Jobs({
      database: this.#database,
      processes,
      folder: this.#folder,
      logger: { info: () => undefined, error: () => undefined },
      timing: { heartbeat: 50, progress: 20, log: 20, ...timing },
    });
    this.#started.push(jobs);
    return jobs;
  }

  async close(): Promise<void> {
    for (const jobs of this.#started.splice(0)) await jobs.stop();
    await this.#database.query('delete from cairn.job');
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true });
    this.#folder = undefined;
  }
}
