import { CairnError } from '@cairn/contracts';

/** Who knows where MLflow listens, and starts it where it does not run. */
export interface MlflowAddress {
  /** Resolves when MLflow answers API calls. @throws CairnError `mlflow-unavailable`, `tools-missing`. */
  ensure(): Promise<{ address: string }>;
  /** Told that nobody listens at an address that `ensure` answered: the next `ensure` answers another. */
  lost(address: string): Promise<void>;
}

/** How MLflow is: it sleeps until somebody needs it; one that runs elsewhere and does not answer is down. */
export interface MlflowHealth {
  state: 'asleep' | 'starting' | 'up' | 'down';
  /** Resident memory of its processes in MiB, where they are here. */
  rssMiB?: number;
  /** Why it is down. */
  detail?: string;
  /** Where it answers, as `http://127.0.0.1:40001`, where it runs. */
  address?: string;
}

/** The MLflow of an installation: a child process, or a server elsewhere. */
export interface Mlflow extends MlflowAddress {
  /** How it is; starts nothing. */
  health(): Promise<MlflowHealth>;
  /** No `ensure` answers any more; what runs here is ended. */
  stop(): Promise<void>;
}

/** A cheap call of the API, answered only by an MLflow that works: its own health check says yes where calls are refused. */
export const mlflowProbe = '/api/2.0/mlflow/experiments/search?max_results=1';

/** One request to MLflow's REST API. */
export interface MlflowRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path from the root of the server, as `/api/2.0/mlflow/runs/get`. */
  path: string;
  query?: Record<string, string>;
  /** Sent as JSON, or as it is where it is bytes. */
  body?: unknown;
  /**
   * Whether it may be sent again when the connection broke and nobody knows if it arrived. Without it only a request
   * that cannot have arrived is sent again.
   */
  repeatable?: boolean;
}

/** An error that MLflow itself answered. */
export class MlflowError extends Error {
  override readonly name = 'MlflowError';
  /** MLflow's own code, as `RESOURCE_DOES_NOT_EXIST`. */
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

const attempts = 4;
const timeoutMs = 120_000;

/** Sends requests to MLflow; an MLflow that died in between is started again, and the request repeated where it may be. */
export class MlflowTransport {
  readonly #server: MlflowAddress;

  constructor(options: { server: MlflowAddress }) {
    this.#server = options.server;
  }

  /**
   * Sends one request and answers a response whose status is good.
   * @throws MlflowError for what MLflow refuses; CairnError `mlflow-unavailable` where it does not answer.
   */
  async send(request: MlflowRequest): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const { address } = await this.#server.ensure();
      try {
        const response = await fetch(url(address, request), options(request));
        if (response.ok) return response;
        throw await refusal(response, request);
      } catch (error) {
        if (error instanceof MlflowError) throw error;
        if (attempt === attempts || !(request.repeatable === true || neverArrived(error))) {
          throw unavailable(request, error);
        }
        if (neverArrived(error)) await this.#server.lost(address);
        else await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
      }
    }
  }

  /** Sends one request and reads the answer's JSON, whose shape is that of MLflow's protocol. */
  async json<T>(request: MlflowRequest): Promise<T> {
    const response = await this.send(request);
    try {
      return (await response.json()) as T;
    } catch (cause) {
      throw unavailable(request, cause);
    }
  }
}

function url(address: string, { path, query }: MlflowRequest): string {
  return query === undefined ? `${address}${path}` : `${address}${path}?${new URLSearchParams(query).toString()}`;
}

function options({ method, body }: MlflowRequest): RequestInit {
  const signal = AbortSignal.timeout(timeoutMs);
  if (body === undefined) return { method, signal };
  if (body instanceof Uint8Array) {
    return {
      method,
      signal,
      body: body as Uint8Array<ArrayBuffer>,
      headers: { 'content-type': 'application/octet-stream' },
    };
  }
  return { method, signal, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

async function refusal(response: Response, request: MlflowRequest): Promise<MlflowError> {
  const text = await response.text();
  let code = 'UNKNOWN';
  let message = text.slice(0, 500);
  try {
    const answer = JSON.parse(text) as { error_code?: string; message?: string };
    code = answer.error_code ?? code;
    message = answer.message ?? message;
  } catch {
    // Not every refusal is JSON: the text itself is the message then.
  }
  return new MlflowError(code, response.status, `MLflow refused ${request.method} ${request.path}: ${message}`);
}

function neverArrived(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
  return cause?.code === 'ECONNREFUSED';
}

/** Whether MLflow could not be asked at all, rather than refused something. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof CairnError && (error.code === 'mlflow-unavailable' || error.code === 'tools-missing');
}

function unavailable(request: MlflowRequest, cause: unknown): CairnError {
  return new CairnError('mlflow-unavailable', `MLflow did not answer ${request.method} ${request.path}.`, {
    action: 'Try again; if it happens again, look at the log of MLflow in the state folder (logs/).',
    cause,
  });
}
