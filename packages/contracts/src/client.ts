import { CairnError } from './cairn-error.ts';
import type { Problem } from './problem.ts';
import type { DatasetDiff, DatasetMap, DatasetVersion } from './dataset.ts';
import type { Estimate } from './estimate.ts';
import type { ProcessId, ProcessInput, ProcessResult } from './processes.ts';
import {
  type FeatureEvent,
  type JobEvent,
  lastJobEvent,
  readSentEvents,
  type SentEvent,
  toFeatureEvent,
  toJobEvent,
} from './job-events.ts';
import type { JobPage, JobSelection, StatusInfo } from './job.ts';
import type { EventInfo, EventPage, EventSelection } from './event.ts';
import type { UsageGroup, UsageReport } from './usage.ts';
import type { ModelInfo } from './model.ts';
import type { Canary, CanaryChange } from './canary.ts';
import type { ApprovalInfo } from './approval.ts';
import type { Shadow, ShadowChange, ShadowComparison, ShadowStatus } from './shadow.ts';
import type { DeclaredUse, RollBack, StageChange, VersionInfo } from './version.ts';
import type {
  AccountChange,
  AccountInfo,
  IssuedToken,
  NewAccount,
  NewToken,
  PasswordChange,
  SessionInfo,
  TokenInfo,
} from './account.ts';
import type { Departure } from './departure.ts';
import type { Review, ReviewChange, ReviewList } from './review.ts';
import type { Revocation, RevocationAsked, RevocationResult } from './revocation.ts';
import type { JobRun, RunHistory, RunInfo } from './run.ts';
import type { Shown } from './evidence.ts';
import type { ExampleSet } from './example.ts';
import type { Blueprint, PlatformStatus } from './platform.ts';
import type { MissingUploads, Uploaded } from './fileset.ts';
import type { ThoughtOfTraining, TrainingEstimate } from './training-estimate.ts';
import type { SurveyReport } from './survey.ts';
import type { FeedbackInfo, NewFeedback } from './feedback.ts';

/** How the client reaches a gateway. In a browser the session cookie speaks, and `token` is left out. */
export interface ClientOptions {
  /** Address without a trailing slash, as `http://127.0.0.1:8080`; empty in a page that the gateway serves. */
  address: string;
  token?: string;
  fetch?: typeof fetch;
}

/** What can be sent as a body. */
export type Body = string | Uint8Array<ArrayBuffer> | Blob | ReadableStream;

/** What is told while a job runs. */
export type OnProgress = (job: StatusInfo) => void;

/**
 * The typed client of the gateway's HTTP API, for the command line and the web application. Every method throws
 * {@link CairnError} with the gateway's code, or `gateway-unreachable` where nothing answers.
 */
export class CairnClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Sends one request; the answer's status has been checked. */
  async request(
    method: string,
    path: string,
    body?: Body | null,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    const send = this.#options.fetch ?? fetch;
    const token = this.#options.token;
    let response: Response;
    try {
      response = await send(`${this.#options.address}${path}`, {
        method,
        headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
        ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new CairnError('gateway-unreachable', `Nothing answers at ${this.#options.address || 'this address'}.`, {
        action: 'Start Cairn with "cairn up" and try again.',
        cause,
      });
    }
    if (!response.ok && !(method === 'HEAD' && response.status === 404)) throw await asError(response);
    return response;
  }

  /** Reads JSON. */
  async get<T>(path: string): Promise<T> {
    return (await (await this.request('GET', path)).json()) as T;
  }

  /** Sends JSON and reads JSON. */
  async post<T>(path: string, value: unknown, headers: Record<string, string> = {}): Promise<T> {
    return (await (await this.#send('POST', path, value, headers)).json()) as T;
  }

  #send(method: string, path: string, value: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.request(method, path, JSON.stringify(value), { ...headers, 'content-type': 'application/json' });
  }

  /** Health, versions and memory of the platform's components. */
  status(): Promise<PlatformStatus> {
    return this.get('/status');
  }

  /** What the platform is made of and how each part is; starts none of them. */
  blueprint(): Promise<Blueprint> {
    return this.get('/blueprint');
  }

  /** Looks whether catalogue, registry, stored bytes and jobs fit each other; `repair` mends what is safe to mend. */
  survey({ repair = false, deep = false }: { repair?: boolean; deep?: boolean } = {}): Promise<SurveyReport> {
    return repair ? this.post('/survey/repair', { deep }) : this.get(`/survey?deep=${deep}`);
  }

  /** Which bytes have still to be uploaded, of those with these digests. */
  async missingUploads(digests: readonly string[]): Promise<Set<string>> {
    return new Set((await this.post<MissingUploads>('/uploads/missing', { digests })).missing);
  }

  /** Uploads bytes; the gateway answers the digest that it computed. */
  async upload(bytes: Body): Promise<Uploaded> {
    const response = await this.request('POST', '/uploads', bytes, { 'content-type': 'application/octet-stream' });
    return (await response.json()) as Uploaded;
  }

  /** Starts a process; the answer comes before the work. */
  execute<P extends ProcessId>(process: P, inputs: ProcessInput<P>): Promise<StatusInfo> {
    return this.post(`/processes/${process}/execution`, { inputs }, { prefer: 'respond-async' });
  }

  /** What a prediction would take; nothing is started. */
  estimate(inputs: ProcessInput<'predict'>): Promise<Estimate> {
    return this.post('/processes/predict/estimate', { inputs });
  }

  /** What a training would take, by those that were run there; nothing is started. */
  estimateTraining(inputs: ThoughtOfTraining): Promise<TrainingEstimate> {
    return this.post('/processes/train-model/estimate', { inputs });
  }

  /** How a job is. */
  job(id: string): Promise<StatusInfo> {
    return this.get(`/jobs/${id}`);
  }

  /** A page of jobs, the newest first. */
  jobs(selection: JobSelection = {}): Promise<JobPage> {
    return this.get(`/jobs?${queryOf(selection)}`);
  }

  /** What a job that has ended left; throws its problem where it failed. */
  jobResult(id: string): Promise<Record<string, unknown>> {
    return this.get(`/jobs/${id}/results`);
  }

  /** The log of a job so far, as text. */
  async jobLog(id: string): Promise<string> {
    return (await this.request('GET', `/jobs/${id}/log`)).text();
  }

  /**
   * A job's log, progress and state as they come, until it has ended. A connection that breaks is made again and goes on
   * behind the last line; throws `gateway-unreachable` where that does not succeed.
   * @param after the id of the last event that was seen.
   */
  followJob(id: string, after = '', signal?: AbortSignal): AsyncGenerator<JobEvent> {
    return this.#follow(`/jobs/${id}/log`, after, toJobEvent, signal);
  }

  /**
   * The buildings that a prediction finds, as they come, until its job has ended; each comes once, and all that came are void
   * after a `reset`. Connections that break are made again as in `followJob`.
   * @param after the id of the last event that was seen.
   */
  followFeatures(id: string, after = '', signal?: AbortSignal): AsyncGenerator<FeatureEvent> {
    return this.#follow(`/jobs/${id}/features`, after, toFeatureEvent, signal);
  }

  /**
   * The jobs that wait, run or have just ended: all of them each time that one has changed, until the signal aborts or the
   * connection breaks, which ends it without an error.
   */
  async *followActivity(signal: AbortSignal): AsyncGenerator<StatusInfo[]> {
    const { body } = await this.request('GET', '/activity', undefined, { accept: 'text/event-stream' }, signal);
    if (body === null) return;
    try {
      for await (const { name, data } of readSentEvents(body, '')) {
        if (name === 'jobs') yield (JSON.parse(data) as { jobs: StatusInfo[] }).jobs;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CairnError) throw error;
    }
  }

  async *#follow<E extends { id: string }>(
    path: string,
    after: string,
    toEvent: (event: SentEvent) => E | undefined,
    signal?: AbortSignal,
  ): AsyncGenerator<E> {
    let last = after;
    while (last !== lastJobEvent) {
      signal?.throwIfAborted();
      const headers = { accept: 'text/event-stream', ...(last === '' ? {} : { 'last-event-id': last }) };
      const { body } = await this.request('GET', path, undefined, headers, signal);
      if (body === null) return;
      try {
        for await (const sent of readSentEvents(body, last)) {
          last = sent.id;
          const event = toEvent(sent);
          if (event !== undefined) yield event;
        }
      } catch (error) {
        if (signal?.aborted === true || error instanceof CairnError) throw error;
      }
      if (last !== lastJobEvent) await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Ends a job. */
  async dismiss(id: string): Promise<StatusInfo> {
    return (await (await this.request('DELETE', `/jobs/${id}`)).json()) as StatusInfo;
  }

  /** Waits for a job's end and answers its result; throws the job's problem where it failed. */
  async wait<P extends ProcessId>(
    process: P,
    id: string,
    onProgress?: OnProgress,
    signal?: AbortSignal,
  ): Promise<ProcessResult<P>> {
    for (let pause = 50; ; pause = Math.min(pause * 1.5, 500)) {
      signal?.throwIfAborted();
      const job = await this.job(id);
      onProgress?.(job);
      if (job.status === 'successful') return this.get(`/jobs/${id}/results`);
      if (job.status === 'failed' || job.status === 'dismissed') {
        throw job.problem === undefined
          ? new CairnError('cancelled', `The job ${process} was cancelled.`)
          : CairnError.of(job.problem);
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /** Starts a process and waits for its result. */
  async run<P extends ProcessId>(
    process: P,
    inputs: ProcessInput<P>,
    onProgress?: OnProgress,
    signal?: AbortSignal,
  ): Promise<ProcessResult<P>> {
    const job = await this.execute(process, inputs);
    return this.wait(process, job.jobID, onProgress, signal);
  }

  /** Every model, by name. */
  models(): Promise<ModelInfo[]> {
    return this.get('/models');
  }

  /** One model with its revisions. */
  model(id: string): Promise<ModelInfo> {
    return this.get(`/models/${id}`);
  }

  /** Every version of a model, the newest first. */
  versions(model: string): Promise<VersionInfo[]> {
    return this.get(`/models/${model}/versions`);
  }

  /** The example pictures of every version, the newest first. */
  examples(): Promise<ExampleSet[]> {
    return this.get('/examples');
  }

  /** Who approved each version that is in production. */
  approvals(): Promise<ApprovalInfo[]> {
    return this.get('/approvals');
  }

  /** Brings a version to another stage. */
  changeStage(model: string, version: number, change: StageChange): Promise<VersionInfo> {
    return this.post(`/models/${model}/versions/${version}/stage`, change);
  }

  /** What there is to see of a version before it is approved. */
  evidence(model: string, version: number, use?: DeclaredUse): Promise<Shown> {
    return this.get(`/models/${model}/versions/${version}/evidence${use === undefined ? '' : `?use=${use}`}`);
  }

  /** What would follow if a version left production. */
  departure(model: string, version: number): Promise<Departure> {
    return this.get(`/models/${model}/versions/${version}/departure`);
  }

  /** Goes back to an earlier version; answers it. */
  rollBack(model: string, asked: RollBack): Promise<VersionInfo> {
    return this.post(`/models/${model}/rollback`, asked);
  }

  /** The version that is tried on a share of a model's requests, or null. */
  async canary(model: string): Promise<Canary | null> {
    return (await this.get<{ canary: Canary | null }>(`/models/${encodeURIComponent(model)}/canary`)).canary;
  }

  /** Lets a version answer a share of the requests that name none. */
  async setCanary(model: string, change: CanaryChange): Promise<Canary> {
    const path = `/models/${encodeURIComponent(model)}/canary`;
    return (await (await this.#send('PUT', path, change)).json()) as Canary;
  }

  /** Ends that: the default answers every request that names no version. */
  async endCanary(model: string): Promise<void> {
    await this.request('DELETE', `/models/${encodeURIComponent(model)}/canary`);
  }

  /** The version that runs a share of a model's predictions once more, and how it did. */
  shadow(model: string): Promise<ShadowStatus> {
    return this.get(`/models/${encodeURIComponent(model)}/shadow`);
  }

  /** Lets a version run a share of a model's predictions once more; nobody is answered by it. */
  async setShadow(model: string, change: ShadowChange): Promise<Shadow> {
    const path = `/models/${encodeURIComponent(model)}/shadow`;
    return (await (await this.#send('PUT', path, change)).json()) as Shadow;
  }

  /** Ends that; what waits for the shadow is cancelled. */
  async endShadow(model: string): Promise<void> {
    await this.request('DELETE', `/models/${encodeURIComponent(model)}/shadow`);
  }

  /** What the versions of a model found as shadows, the newest first. */
  shadowComparisons(model: string, limit: number): Promise<ShadowComparison[]> {
    return this.get(`/models/${encodeURIComponent(model)}/shadow/comparisons?limit=${limit}`);
  }

  /** What was said of the buildings of a prediction by those who looked. */
  reviews(prediction: string): Promise<ReviewList> {
    return this.get(`/predictions/${encodeURIComponent(prediction)}/reviews`);
  }

  /** Says what a building of a prediction is, in place of what was said of it before. */
  async review(prediction: string, feature: string, change: ReviewChange): Promise<Review> {
    const path = `/predictions/${encodeURIComponent(prediction)}/reviews/${encodeURIComponent(feature)}`;
    return (await (await this.#send('PUT', path, change)).json()) as Review;
  }

  /** Takes back what was said of a building. */
  async withdrawReview(prediction: string, feature: string): Promise<void> {
    const path = `/predictions/${encodeURIComponent(prediction)}/reviews/${encodeURIComponent(feature)}`;
    await this.request('DELETE', path);
  }

  /** Takes back a version, a dataset or a package, with everything that came of it. */
  revoke(asked: RevocationAsked): Promise<RevocationResult> {
    return this.post('/revocations', asked);
  }

  /** The revocations that concern digests; needs no token. */
  revocations(digests: readonly string[]): Promise<Revocation[]> {
    return this.get(`/revocations?digest=${digests.join(',')}`);
  }

  /** What jobs cost; for administrators. */
  usage(by: UsageGroup): Promise<UsageReport> {
    return this.get(`/usage/${by}`);
  }

  /** A page of the event log, the newest first; for administrators. */
  events(selection: EventSelection = {}): Promise<EventPage> {
    return this.get(`/events?${queryOf(selection)}`);
  }

  /**
   * Events as they are written, from now on, or behind the one of `last`. The connection's end ends it without an error.
   */
  async *followEvents(selection: EventSelection, signal: AbortSignal, last?: number): AsyncGenerator<EventInfo> {
    const headers = { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': String(last) }) };
    const { body } = await this.request('GET', `/events?${queryOf(selection)}`, undefined, headers, signal);
    if (body === null) return;
    try {
      for await (const { name, data } of readSentEvents(body, '')) {
        if (name === 'event') yield JSON.parse(data) as EventInfo;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CairnError) throw error;
    }
  }

  /** Every account; for administrators, as adding and changing. */
  accounts(): Promise<AccountInfo[]> {
    return this.get('/accounts');
  }

  addAccount(account: NewAccount): Promise<AccountInfo> {
    return this.post('/accounts', account);
  }

  async changeAccount(id: string, change: AccountChange): Promise<AccountInfo> {
    return (await (await this.#send('PATCH', `/accounts/${encodeURIComponent(id)}`, change)).json()) as AccountInfo;
  }

  async setPassword(id: string, change: PasswordChange): Promise<void> {
    await this.#send('PUT', `/accounts/${encodeURIComponent(id)}/password`, change);
  }

  /** API tokens: one's own; an administrator's list has everybody's. */
  tokens(): Promise<TokenInfo[]> {
    return this.get('/tokens');
  }

  issueToken(token: Omit<NewToken, 'days'> & { days?: number }): Promise<IssuedToken> {
    return this.post('/tokens', token);
  }

  async revokeToken(id: string): Promise<void> {
    await this.request('DELETE', `/tokens/${encodeURIComponent(id)}`);
  }

  /** Signs in by name and password; answers the session's token. Outside browsers, which keep it in a cookie and hide it. */
  async signIn(account: string, password: string): Promise<string> {
    const response = await this.#send('POST', '/session', { account, password });
    const session = response.headers.getSetCookie().find((cookie) => cookie.startsWith('cairn_session='));
    const token = /=([^;]+)/.exec(session ?? '')?.[1];
    if (token === undefined) throw new CairnError('internal', 'The gateway answered no session.');
    return token;
  }

  /** Who speaks by this client's token or session. */
  session(): Promise<SessionInfo> {
    return this.get('/session');
  }

  /** Ends the session by whose token this client speaks; a token of another kind stays. */
  async signOut(): Promise<void> {
    await this.request('DELETE', '/session');
  }

  /** The newest runs of a model's package, the newest first. */
  runs(model: string): Promise<RunInfo[]> {
    return this.get(`/runs?model=${encodeURIComponent(model)}`);
  }

  /** A run with the curves of its metrics. */
  runHistory(run: string): Promise<RunHistory> {
    return this.get(`/runs/${run}`);
  }

  /** The id of a job's run in MLflow, or null. */
  async runOfJob(job: string): Promise<string | null> {
    return (await this.get<JobRun>(`/jobs/${job}/run`)).run;
  }

  /** Every version of a dataset, the newest first. */
  datasetVersions(dataset: string): Promise<DatasetVersion[]> {
    return this.get(`/datasets/${dataset}/versions`);
  }

  /** Where the chips and labels of a version of a dataset lie. */
  datasetMap(dataset: string, version: number): Promise<DatasetMap> {
    return this.get(`/datasets/${dataset}/versions/${version}/map`);
  }

  /** What differs between two versions of a dataset; left out: the newest and the one before. */
  datasetDiff(dataset: string, from?: number, to?: number): Promise<DatasetDiff> {
    const query = Object.entries({ from, to }).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${value}`],
    );
    return this.get(`/datasets/${dataset}/diff?${query.join('&')}`);
  }

  /** Says something of a view of the page, or of a result. */
  giveFeedback(feedback: NewFeedback): Promise<FeedbackInfo> {
    return this.post('/feedback', feedback);
  }

  /** What people said, the newest first, or what is older than the one of an id; for administrators. */
  feedback(limit = 100, before?: number): Promise<FeedbackInfo[]> {
    return this.get(`/feedback?limit=${limit}${before === undefined ? '' : `&before=${before}`}`);
  }

  /** As `feedback`, as CSV. */
  async feedbackCsv(limit = 100, before?: number): Promise<string> {
    const query = `limit=${limit}${before === undefined ? '' : `&before=${before}`}`;
    return (await this.request('GET', `/feedback.csv?${query}`)).text();
  }

  /** A receipt with those that it builds on, as files carry it. */
  receipt(digest: string): Promise<unknown> {
    return this.get(`/receipts/${encodeURIComponent(digest)}/trail`);
  }

  /** The public key that signs this installation's receipts, as PEM. */
  async publicKey(): Promise<string> {
    return (await this.request('GET', '/keys/cairn.pub')).text();
  }
}

function queryOf(selection: object): string {
  const given = Object.entries(selection).map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(given).toString();
}

async function asError(response: Response): Promise<CairnError> {
  const text = await response.text();
  try {
    return CairnError.of(JSON.parse(text) as Problem);
  } catch {
    return new CairnError('internal', `The gateway answered ${response.status}: ${text.slice(0, 200)}`);
  }
}
