import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Message } from '../message.ts';

/** What a server answered. */
export interface Posted {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
}

const agent = new Agent({ keepAlive: true });

/**
 * Posts to a server. Unlike `fetch` it sends the body from where it lies: calls are of up to 16 MB.
 * @throws the signal's reason; what the connection throws (Error).
 */
export async function post(url: string, { headers, parts }: Message, signal: AbortSignal): Promise<Posted> {
  try {
    return await new Promise<Posted>((resolve, reject) => {
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      const options = { method: 'POST', agent, headers: { ...headers, 'content-length': length }, signal };
      const sent = request(url, options, (response) => {
        const { statusCode: status = 0 } = response;
        buffer(response).then((bytes) => resolve({ status, headers: response.headers, bytes }), reject);
      });
      sent.once('error', reject);
      for (const part of parts) sent.write(part);
      sent.end();
    });
  } catch (error) {
    // What the connection says of its own end hides why it was ended.
    signal.throwIfAborted();
    throw error;
  }
}
