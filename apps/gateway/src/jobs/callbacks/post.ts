import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { OutboundHosts } from '../../outbound/hosts.ts';
import { withDeadline } from '../../supervise/deadline.ts';

/**
 * Sends JSON to a subscriber; answers the status. Redirects are not followed, and what the subscriber says is not read.
 * @param timeout milliseconds that it may take
 * @throws CairnError `input-invalid` for an address that may not be asked; what the connection throws; the signal's reason.
 */
export async function post(
  url: URL,
  body: unknown,
  parts: { hosts: OutboundHosts; timeout: number; signal: AbortSignal; headers: Record<string, string> },
): Promise<number> {
  const { hosts, timeout, headers } = parts;
  hosts.check(url);
  const text = JSON.stringify(body);
  return withDeadline(parts.signal, timeout, async (signal) => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = {
        method: 'POST',
        signal,
        agent: false,
        lookup: hosts.lookup(url),
        headers: {
          ...headers,
          'user-agent': 'Cairn/0.1',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        },
      } as const;
      const send = url.protocol === 'https:' ? requestHttps : requestHttp;
      send(url, options).once('response', resolve).on('error', reject).end(text);
    });
    response.destroy();
    return response.statusCode ?? 0;
  });
}
