/** A request on its way to MLflow; `path` is decoded, from the root of MLflow. */
export interface Passage {
  method: string;
  path: string;
  query: URLSearchParams;
  /** The parsed JSON of a request that writes; undefined where it has none. */
  body: unknown;
}

/** Who asks: the step of a job, held to one run, or an account. */
export type Passenger = { kind: 'account' } | { kind: 'job'; runId: string | null };

/** Why a request may not pass, in words; null where it may. */
export type Refusal = string | null;

const byGateway =
  'Models, versions, aliases and their tags are written by Cairn alone: use register-model, train-model and the stages of versions.';
const ownRunOnly = 'A step of a job reaches its own run in MLflow, nothing else.';
const notServed = 'This part of MLflow is not served here.';

/** Calls that only read though their method is POST. */
const readingPosts =
  /^(experiments\/(search|search-datasets)|runs\/search|logged-models\/search|registered-models\/get-latest-versions|traces\/(search|metrics|batchGetInfos|calculate-filter-correlation)|datasets\/search|metrics\/.+|issues\/search)$/;
/** What an account may write: its experiments and runs. */
const accountWrites =
  /^(runs\/(create|update|delete|restore|log-batch|log-metric|log-parameter|log-inputs|log-model|outputs|set-tag|delete-tag)|experiments\/(create|update|delete|restore|set-experiment-tag|delete-experiment-tag)|logged-models(\/[^/]+(\/(params|tags(\/[^/]+)?))?)?|traces(\/.+)?|datasets\/.+)$/;
/** Parts of MLflow that keep secrets, call other servers, or run code. */
const closed =
  /^(webhooks|gateway|gateway-proxy|scorers|prompt-optimization|label-schemas|review-queues|jobs|assistant)(\/|$)/;
/** What a step may write in its own run; each names the run in its body. */
const stepWrites =
  /^runs\/(update|log-batch|log-metric|log-parameter|log-inputs|log-model|outputs|set-tag|delete-tag)$/;
/** What a step may read; a run is named in the query. */
const stepReads = /^(runs\/get|metrics\/get-history|artifacts\/list)$/;
const stepOpenReads = /^(experiments\/(get|get-by-name)|server-info)$/;

/**
 * Whether a request may pass to MLflow. Accounts read everything but what keeps secrets, and write experiments and runs;
 * the registry is written by Cairn alone, since it mirrors what was approved. A step reaches its own run.
 */
export function refusal(passage: Passage, passenger: Passenger): Refusal {
  if (!isPlain(passage.path)) return notServed;
  const call = /^\/(?:ajax-)?api\/[23]\.0\/mlflow\/(.+)$/.exec(passage.path)?.[1];
  const artifact = /^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/artifacts(?:\/(.+))?$/.exec(passage.path);
  if (passenger.kind === 'job') return stepRefusal(passage, call, artifact, passenger.runId);
  if (artifact !== null) return ['GET', 'HEAD', 'PUT'].includes(passage.method) ? null : notServed;
  const reads = passage.method === 'GET' || passage.method === 'HEAD';
  if (call === undefined) {
    const isPage = reads && !passage.path.includes('api/');
    return isPage || passage.path === '/graphql' ? null : notServed;
  }
  if (closed.test(call)) return notServed;
  if (reads || (passage.method === 'POST' && readingPosts.test(call))) return null;
  if (/^(registered-models|model-versions)\//.test(call)) return byGateway;
  if (!accountWrites.test(call)) return notServed;
  // An experiment may name a folder of its own for artifacts, which would let its maker read the server's disk.
  return call === 'experiments/create' && hasMember(passage.body, /^artifact_?location$/i) ? notServed : null;
}

function stepRefusal(
  { method, path, query, body }: Passage,
  call: string | undefined,
  artifact: RegExpExecArray | null,
  runId: string | null,
): Refusal {
  if (method === 'GET' && (path === '/version' || path === '/health')) return null;
  if (call !== undefined && method === 'GET' && stepOpenReads.test(call)) return null;
  if (runId === null) return ownRunOnly;
  if (artifact !== null) {
    const place = artifact[1] ?? query.get('path') ?? '';
    const isOwn = isPlain(place) && place.split('/')[1] === runId && query.getAll('path').length <= 1;
    return isOwn && (method === 'GET' || method === 'PUT') ? null : ownRunOnly;
  }
  if (call === undefined) return ownRunOnly;
  if (method === 'GET') {
    const named = [...query.getAll('run_id'), ...query.getAll('run_uuid')];
    return stepReads.test(call) && named.length > 0 && named.every((id) => id === runId) ? null : ownRunOnly;
  }
  return method === 'POST' && stepWrites.test(call) && namesOnly(body, runId) ? null : ownRunOnly;
}

/** Whether a body names this run and no other. MLflow reads a second spelling too (`runId`), which is refused. */
function namesOnly(body: unknown, runId: string): boolean {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || hasMember(body, /[A-Z]/)) return false;
  const { run_id: id, run_uuid: uuid } = body as Record<string, unknown>;
  return id === runId && (uuid === undefined || uuid === runId);
}

function hasMember(body: unknown, name: RegExp): boolean {
  return typeof body === 'object' && body !== null && Object.keys(body).some((key) => name.test(key));
}

/** Whether a path means the same to whoever reads it: no dots, doubled or encoded separators. */
function isPlain(path: string): boolean {
  return !/(^|\/)\.{1,2}(\/|$)|\/\/|[\\%;]|\p{Cc}/u.test(path);
}
