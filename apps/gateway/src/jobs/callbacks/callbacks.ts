import { CairnError } from '@cairn/contracts';
import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../../db/database.ts';
import { recordEvent } from '../../identity/events.ts';
import type { OutboundHosts } from '../../outbound/hosts.ts';
import { type Job, jobColumns, statusInfo } from '../job.ts';
import { documentOf } from '../results.ts';
import { post } from './post.ts';
import type { CallbackKind } from './subscriber.ts';

/** How patient deliveries are, in milliseconds. */
export interface CallbackPatience {
  /** Between two looks at what is due. */
  every: number;
  /** That one delivery may take. */
  timeout: number;
  /** Before the second attempt; each later one waits twice as long, an hour at most. */
  first: number;
  /** After how many attempts a callback is given up. */
  attempts: number;
}

const usual: CallbackPatience = { every: 1_000, timeout: 15_000, first: 5_000, attempts: 12 };
const longest = 3_600_000;
const atOnce = 4;

interface Due {
  seq: number;
  job_id: string;
  kind: CallbackKind;
  uri: string;
  attempts: number;
}

/**
 * Delivers callbacks to subscribers, beside the jobs and never in their way. What is to be delivered stands in the database
 * with the change that it tells, so it outlives the gateway; a subscriber may be told the same twice, by the same
 * `Cairn-Callback` header. Before an attempt the row is put off to the next one, so two gateways do not deliver at once.
 */
export class Callbacks {
  readonly #database: Database;
  readonly #hosts: OutboundHosts;
  readonly #logger: Pick<FastifyBaseLogger, 'info' | 'error'>;
  readonly #address: () => string;
  readonly #patience: CallbackPatience;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> | undefined;

  constructor(options: {
    database: Database;
    hosts: OutboundHosts;
    logger: Pick<FastifyBaseLogger, 'info' | 'error'>;
    /** Address of this gateway, for the links of what is sent. */
    address: () => string;
    patience?: Partial<CallbackPatience>;
  }) {
    this.#database = options.database;
    this.#hosts = options.hosts;
    this.#logger = options.logger;
    this.#address = options.address;
    this.#patience = { ...usual, ...options.patience };
  }

  /** Begins to deliver. */
  start(): void {
    this.#timer = setInterval(() => {
      this.#working ??= this.#deliverDue().finally(() => (this.#working = undefined));
    }, this.#patience.every);
  }

  /** Stops; what is under way is ended and delivered again by the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort(new CairnError('cancelled', 'The gateway stops.'));
    await this.#working;
  }

  async #deliverDue(): Promise<void> {
    try {
      while (!this.#stopping.signal.aborted) {
        const due = await this.#take();
        if (due.length === 0) return;
        await Promise.all(due.map((callback) => this.#deliver(callback)));
      }
    } catch (error) {
      this.#logger.error(error, 'Callbacks could not be delivered; trying again');
    }
  }

  async #take(): Promise<Due[]> {
    const { first, timeout } = this.#patience;
    return this.#database.query<Due>(
      `update cairn.callback set attempts = attempts + 1,
         due = clock_timestamp() + make_interval(secs => $2 + least($3, $1 * power(2, least(attempts, 30))))
       where seq in (select seq from cairn.callback where due <= clock_timestamp() order by due, seq limit ${atOnce}
                     for update skip locked)
       returning seq, job_id, kind, uri, attempts`,
      [first / 1000, timeout / 1000, longest / 1000],
    );
  }

  async #deliver(callback: Due): Promise<void> {
    const { seq, job_id: id, kind, attempts } = callback;
    const url = new URL(callback.uri);
    let trouble: string;
    try {
      const body = await this.#body(id, kind);
      const status =
        body === undefined
          ? 204
          : await post(url, body, {
              hosts: this.#hosts,
              timeout: this.#patience.timeout,
              signal: this.#stopping.signal,
              headers: { 'cairn-job': id, 'cairn-callback': `${kind}-${seq}` },
            });
      if (status >= 200 && status < 300) {
        await this.#forget(callback);
        return;
      }
      trouble = `it answered ${status}`;
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      trouble = error instanceof Error ? error.message : String(error);
      if (error instanceof CairnError && error.code === 'input-invalid') {
        await this.#giveUp(callback, trouble);
        return;
      }
    }
    // The address may hold a key in its query: only its host is told.
    this.#logger.info({ job: id, kind, host: url.host, attempts, trouble }, 'a callback was not delivered');
    if (attempts >= this.#patience.attempts) await this.#giveUp(callback, trouble);
  }

  /** What is sent: the results where the job is successful, else its status; nothing where progress is over. */
  async #body(id: string, kind: CallbackKind): Promise<unknown> {
    const [job] = await this.#database.query<Job>(`select ${jobColumns} from cairn.job where id = $1`, [id]);
    if (job === undefined || (kind === 'inProgress' && job.status !== 'running')) return undefined;
    return kind === 'success' ? documentOf(job) : statusInfo(job, this.#address());
  }

  /** Progress that came while it was delivered stays, to be told. */
  async #forget({ seq, attempts }: Due): Promise<void> {
    await this.#database.query('delete from cairn.callback where seq = $1 and attempts = $2', [seq, attempts]);
  }

  async #giveUp({ seq, job_id: id, kind, uri, attempts }: Due, trouble: string): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await tx.query('delete from cairn.callback where seq = $1', [seq]);
      const data = { callback: kind, host: new URL(uri).host, attempts, trouble: trouble.slice(0, 500) };
      await recordEvent(tx, { id: 'gateway' }, { kind: 'job.callback-given-up', subject: `job:${id}`, data });
    });
  }
}
