import { CairnError, type ProcessId } from '@cairn/contracts';
import type { FastifyBaseLogger } from 'fastify';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { Meter, metered } from '../usage/meter.ts';
import type { Rates } from '../usage/rates.ts';
import { endingOf } from './ending.ts';
import { eventStream } from './event-stream.ts';
import { noSuchProcess } from './exceptions.ts';
import { HandedOver } from './handed-over.ts';
import { checkInputs } from './inputs.ts';
import { JobLog } from './job-log.ts';
import { type Ending, type JobFilter, type JobPlace, JobStore, type Wishes } from './job-store.ts';
import { isFinished, type Job } from './job.ts';
import { type Lane, lanes } from './lanes.ts';
import { isDeadOwner, nameOwner } from './lease-owner.ts';
import type { Lease } from './lease.ts';
import { LogStore } from './log-store.ts';
import type { JobContext, Process } from './process.ts';
import { ProgressWriter } from './progress-writer.ts';
import type { StreamTiming } from './server-sent.ts';
import { Steps } from './steps.ts';

/*
 * The life of a job.
 *
 *   accepted    asked for, its inputs hold, it waits for a place in its lane
 *   running     a gateway holds its lease and renews it while it works
 *   successful, failed, dismissed   finished: nothing changes any more
 *
 *   accepted -> running      by `claim`: a gateway with a free place takes the oldest
 *   accepted -> dismissed    by `cancel`, at once
 *   running  -> running      by `claim` again, attempt + 1: the lease ran out, or its owner is dead or stopped
 *   running  -> successful   the process answered; also where a cancel came too late to stop it
 *   running  -> failed       the process threw; the problem says why
 *   running  -> dismissed    the process threw after `cancel` was asked for
 *
 * What always holds: a change of state and its event are one transaction; only the holder of the lease moves a running
 * job; a process that is taken up again goes on from what it finds (see Process); of identical requests by one account
 * only one is unfinished; a gateway that stops gives its leases back and leaves its jobs running, for the next to take up.
 */

/** How often things happen, in milliseconds. */
export interface JobTiming {
  /** How long a lease holds without being renewed. */
  lease: number;
  /** How often leases are renewed, and free jobs looked for. */
  heartbeat: number;
  /** The least time between two writes of one job's progress. */
  progress: number;
  /** The least time between two writes of one job's log. */
  log: number;
}

const usualTiming: JobTiming = { lease: 30_000, heartbeat: 5_000, progress: 300, log: 250 };
const stopLimit = 15_000;

type Interruption = 'dismissed' | 'stopping' | 'lost';

interface Run {
  job: Job;
  lane: Lane;
  controller: AbortController;
  meter: Meter;
  interruption?: Interruption;
  done: Promise<void>;
}

/** The jobs of an installation: takes requests, runs them in their lanes, takes up what another gateway left. */
export class Jobs {
  readonly #store: JobStore;
  readonly #logs: LogStore;
  readonly #processes: { readonly [P in ProcessId]?: Process<P> };
  readonly #folder: string;
  readonly #logger: Pick<FastifyBaseLogger, 'info' | 'error'>;
  readonly #timing: JobTiming;
  readonly #rates: Rates;
  #owner = '';
  readonly #runs = new Map<string, Run>();
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;
  #pumping: Promise<void> | undefined;
  #pumpAgain = false;
  /** Whether jobs are taken up: from `start` to `stop`. */
  #working = false;

  constructor(options: {
    database: Database;
    /** What can be run; a process left out is not offered. */
    processes: { readonly [P in ProcessId]?: Process<P> };
    /** Holds a folder with the work of each job while it is not finished. */
    folder: string;
    logger: Pick<FastifyBaseLogger, 'info' | 'error'>;
    timing?: Partial<JobTiming>;
    /** What the work costs; left out: it is not priced. */
    rates?: Rates;
  }) {
    this.#store = new JobStore(options);
    this.#logs = new LogStore(options.database);
    this.#processes = options.processes;
    this.#folder = options.folder;
    this.#logger = options.logger;
    this.#timing = { ...usualTiming, ...options.timing };
    this.#rates = options.rates ?? { perHour: 0, perCpuHour: 0, currency: 'USD' };
  }

  /** Takes up what dead gateways left, and begins to run what waits. */
  async start(): Promise<void> {
    this.#owner = await nameOwner();
    for (const owner of await this.#store.owners()) {
      if (await isDeadOwner(owner)) await this.#store.release(owner);
    }
    this.#working = true;
    this.#timer = setInterval(() => {
      this.#beating ??= this.#beat().finally(() => (this.#beating = undefined));
    }, this.#timing.heartbeat);
    await this.#pump();
  }

  /** Interrupts what runs, waits for it, and gives the leases back: the next start goes on. */
  async stop(): Promise<void> {
    this.#working = false;
    clearInterval(this.#timer);
    await this.#beating;
    await this.#pumping;
    for (const run of this.#runs.values()) this.#interrupt(run, 'stopping');
    const ended = Promise.all([...this.#runs.values()].map(({ done }) => done));
    await Promise.race([ended, pause(stopLimit)]);
    await this.#store.release(this.#owner);
  }

  /** The processes that can be run here. */
  get offered(): ProcessId[] {
    return (Object.keys(this.#processes) as ProcessId[]).filter((id) => this.#processes[id] !== undefined);
  }

  /**
   * Asks for a run; the same request of the same account that is not finished is joined, and one whose result is stored is
   * answered by a job that has ended.
   * @throws CairnError `input-invalid` with a pointer, `not-found` for a process that is not offered, `conflict` where the
   * same request is just ending.
   */
  async submit(
    process: ProcessId,
    inputs: unknown,
    actor: Actor,
    wishes: Wishes = { answer: {} },
  ): Promise<{ job: Job; joined: boolean }> {
    const offered = this.#processes[process] as Process | undefined;
    if (offered === undefined) throw noSuchProcess(process);
    const checked = checkInputs(process, inputs, wishes.answer);
    const stored = await offered.stored?.(checked.inputs);
    if (stored !== undefined && stored !== null) {
      return { job: await this.#store.answered(process, checked, actor, stored, wishes), joined: false };
    }
    const submitted = await this.#store.submit(process, checked, actor, wishes);
    void this.#pump();
    return submitted;
  }

  /** @throws CairnError `not-found`. */
  async get(id: string): Promise<Job> {
    return this.#store.get(id);
  }

  /** A page of jobs, the newest first. */
  async list(filter: JobFilter): Promise<{ jobs: Job[]; next: JobPlace | null }> {
    return this.#store.list(filter);
  }

  /** The jobs that wait, run, or ended within so many seconds, the newest first, without those of hidden processes. */
  async active(seconds: number, hidden: readonly ProcessId[]): Promise<Job[]> {
    return this.#store.active(seconds, hidden);
  }

  /**
   * Waits for a job's end, whichever gateway runs it; null where it has not ended after so many milliseconds.
   * @throws the signal's reason; CairnError `not-found`.
   */
  async wait(id: string, signal?: AbortSignal): Promise<Job>;
  async wait(id: string, signal: AbortSignal | undefined, limit: number | undefined): Promise<Job | null>;
  async wait(id: string, signal?: AbortSignal, limit = Infinity): Promise<Job | null> {
    const until = performance.now() + limit;
    for (;;) {
      signal?.throwIfAborted();
      const job = await this.#store.get(id);
      if (isFinished(job)) return job;
      if (performance.now() >= until) return null;
      await Promise.race([this.#runs.get(id)?.done ?? pause(100), pause(500)]);
    }
  }

  /**
   * Ends a job; answers when it has ended, or while it is still ending where another gateway runs it. A finished job stays
   * as it is.
   * @throws CairnError `not-found`, `not-allowed` for the job of another account.
   */
  async dismiss(id: string, actor: Actor): Promise<Job> {
    const before = await this.#store.get(id);
    if (before.actor !== actor.id && !actor.roles.includes('administrator')) {
      throw new CairnError('not-allowed', `The job ${id} belongs to ${before.actor}.`, {
        action: `Ask ${before.actor} or an administrator to cancel it.`,
      });
    }
    await this.#store.cancel(id, actor);
    const run = this.#runs.get(id);
    if (run !== undefined) {
      this.#interrupt(run, 'dismissed');
      await Promise.race([run.done, pause(stopLimit)]);
    }
    return this.#store.get(id);
  }

  /**
   * The log of a job so far.
   * @throws CairnError `not-found`.
   */
  async log(id: string): Promise<string> {
    const job = await this.#store.get(id);
    return this.#logs.whole(job.id);
  }

  /**
   * The job as server-sent events from a place on, until it has ended or the signal aborts.
   * @throws CairnError `not-found`.
   */
  async follow(
    id: string,
    from: number,
    base: string,
    timing: StreamTiming,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<string>> {
    await this.#store.get(id);
    const job = { read: () => this.#store.get(id), lines: (place: number) => this.#logs.lines(id, place), base };
    return eventStream(job, from, timing, signal);
  }

  async #beat(): Promise<void> {
    try {
      const runs = [...this.#runs.values()];
      const held = await this.#store.renew(this.#owner, [...this.#runs.keys()], this.#timing.lease);
      for (const run of runs) {
        const row = held.find(({ id }) => id === run.job.id);
        if (row === undefined) this.#interrupt(run, 'lost');
        else if (row.cancel) this.#interrupt(run, 'dismissed');
      }
      for (const { job, meter } of runs) await this.#store.use(job, meter.read(), this.#rates);
      await this.#pump();
    } catch (error) {
      this.#logger.error(error, 'The leases of jobs could not be renewed; trying again');
    }
  }

  /** Fills the free places. Asked again while it works, it looks once more. */
  async #pump(): Promise<void> {
    this.#pumpAgain = true;
    this.#pumping ??= this.#fill().finally(() => (this.#pumping = undefined));
    await this.#pumping;
  }

  async #fill(): Promise<void> {
    while (this.#pumpAgain && this.#working) {
      this.#pumpAgain = false;
      try {
        for (const lane of lanes) await this.#fillLane(lane);
      } catch (error) {
        this.#logger.error(error, 'Waiting jobs could not be taken up; trying again');
      }
    }
  }

  async #fillLane(lane: Lane): Promise<void> {
    const processes = lane.processes.filter((process) => this.#processes[process] !== undefined);
    while (processes.length > 0 && this.#working) {
      if ([...this.#runs.values()].filter((run) => run.lane === lane).length >= lane.places) return;
      const job = await this.#store.claim(this.#owner, processes, [...this.#runs.keys()], this.#timing.lease);
      if (job === null) return;
      const run: Run = { job, lane, controller: new AbortController(), meter: new Meter(), done: Promise.resolve() };
      this.#runs.set(job.id, run);
      if (job.cancel) this.#interrupt(run, 'dismissed');
      run.done = this.#run(run).finally(() => {
        this.#runs.delete(job.id);
        void this.#pump();
      });
    }
  }

  async #run(run: Run): Promise<void> {
    const { job } = run;
    const lease: Lease = { jobId: job.id, owner: this.#owner, attempt: job.attempt };
    const log = new JobLog(this.#logs, lease, this.#timing.log);
    log.add(`${job.process} started, attempt ${job.attempt}`);
    const steps = new Steps();
    const progress = new ProgressWriter(this.#timing.progress, (percent, message) =>
      this.#store.progress(this.#owner, job.id, percent, message, steps.list()),
    );
    const ending = await this.#endingOf(run, lease, log, progress, steps);
    await progress.close();
    run.meter.close();
    try {
      await this.#store.use(job, run.meter.read(), this.#rates);
      if (ending === null) {
        log.add('interrupted; it will be taken up again');
      } else {
        log.add(ending.status === 'failed' ? `failed: ${ending.problem.detail}` : ending.status);
        // The log is whole before anyone is told that the job has ended.
        await log.flush();
        steps.end(ending.status);
        if (await this.#store.end(this.#owner, job.id, ending, steps.list())) await this.#removeWork(job.id);
      }
    } catch (error) {
      this.#logger.error(error, `The end of job ${job.id} could not be written; it will be taken up again`);
    }
    await log.close();
  }

  /** Runs the process; null where the run was interrupted for the sake of the gateway and not of the job. */
  async #endingOf(run: Run, lease: Lease, log: JobLog, progress: ProgressWriter, steps: Steps): Promise<Ending | null> {
    const { job, controller } = run;
    const ending = await endingOf(job, log, this.#logger, this.#folder, async () => {
      const context: JobContext = {
        jobId: job.id,
        lease,
        actor: await this.#store.actor(job.actor),
        signal: controller.signal,
        progress: (percent, message) => progress.tell(percent, message),
        step: (name) => {
          if (!steps.begin(name)) return;
          log.add(`step: ${name}`);
          progress.say(name);
        },
        log: (line) => log.add(line),
      };
      const process = this.#processes[job.process] as Process;
      return metered(run.meter, () => process.run(job.inputs, context));
    });
    if (run.interruption === undefined || ending.status === 'successful') return ending;
    return run.interruption === 'dismissed' ? { status: 'dismissed' } : null;
  }

  #interrupt(run: Run, why: Interruption): void {
    run.interruption ??= why;
    const { id } = run.job;
    const isOver = why === 'dismissed';
    run.controller.abort(isOver ? new CairnError('cancelled', `The job ${id} is to end.`) : new HandedOver(id));
  }

  async #removeWork(id: string): Promise<void> {
    try {
      await rm(join(this.#folder, id), { recursive: true, force: true });
    } catch (error) {
      this.#logger.error(error, `The work folder of job ${id} could not be removed`);
    }
  }
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
