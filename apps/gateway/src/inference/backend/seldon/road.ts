import { headerLengthName, headerLengthOf, type Problem } from '@cairn/contracts';
import { buffer } from 'node:stream/consumers';
import { type Kubernetes, KubernetesError } from '../../../kubernetes/kubernetes.ts';
import type { SentAnswer } from '../answer.ts';
import { problemOf, unavailable } from '../problem.ts';

/** What is posted to a graph. */
export interface GraphMessage {
  /** The deployment's service, its port, and the path there. */
  service: string;
  port: number;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}

/**
 * How a gateway reaches the services of graphs.
 * @throws CairnError with the problem that a node tells, `serving-unavailable`, `cluster-unavailable`, `cluster-refused`;
 * the signal's reason.
 */
export type Road = (message: GraphMessage, signal: AbortSignal) => Promise<SentAnswer>;

/** The way of a gateway that is on the cluster, or routed to it. @param pattern holds `{service}`, `{namespace}`, `{port}`. */
export function directRoad(pattern: string, namespace: string): Road {
  return async ({ service, port, path, headers, body }, signal) => {
    const place = { service, namespace, port: String(port) };
    const address = pattern.replaceAll(/\{(service|namespace|port)\}/g, (_, name: keyof typeof place) => place[name]);
    const response = await fetch(`${address}${path}`, { method: 'POST', headers, body, signal });
    const bytes = Buffer.from(await response.arrayBuffer());
    if (!response.ok) throw refusalOf(response.status, bytes);
    return { bytes, headerLength: headerLengthOf(response.headers.get(headerLengthName) ?? undefined) };
  };
}

/** The way of a gateway that is elsewhere: through the API server, which the body of each block passes too. */
export function apiRoad(kubernetes: Kubernetes, namespace: string): Road {
  return async ({ service, port, path: rest, headers, body }, signal) => {
    const path = `/api/v1/namespaces/${namespace}/services/${service}:${port}/proxy${rest}`;
    const answer = await kubernetes.post({ path, headers, body, signal });
    const bytes = await buffer(answer);
    const status = answer.statusCode ?? 0;
    if (status >= 300) throw refusalOf(status, bytes);
    return { bytes, headerLength: headerLengthOf(answer.headers[headerLengthName]) };
  };
}

/** What somebody on the way answered in place of the graph, or the graph's own problem. */
function refusalOf(status: number, bytes: Buffer): Error {
  const text = bytes.toString();
  let json: Partial<Problem> & { kind?: unknown; message?: unknown };
  try {
    json = JSON.parse(text) as typeof json;
  } catch {
    return unavailable(`it answered ${status}: ${text.slice(0, 300)}`);
  }
  if (json.kind === 'Status' && status === 403) return new KubernetesError(status, String(json.message));
  if (typeof json.code === 'string') return problemOf(json);
  return unavailable(`it answered ${status}: ${text.slice(0, 300)}`);
}
