import type { Readable } from 'node:stream';
import { CairnError } from '@cairn/contracts';

/** Largest element of a tensor in bytes. */
const widest = 8;

/**
 * Reads a body into one piece of memory, so placed that what follows its first `headerLength` bytes is aligned for elements of
 * any size: tensors are then views of it. The chunks that the socket gives are copied once.
 * @param length of the whole body in bytes, as Content-Length tells; null where it was not told
 * @throws CairnError `too-large`, `input-invalid` where the body ends early
 */
export function readBody(
  stream: Readable,
  { length, headerLength, limit }: { length: number | null; headerLength: number; limit: number },
): Promise<Uint8Array> {
  const tooLarge = new CairnError('too-large', `The body is larger than ${limit} bytes.`, {
    action: 'Ask for fewer or smaller images at once.',
  });
  if ((length ?? 0) > limit) return Promise.reject(tooLarge);
  const start = (widest - (headerLength % widest)) % widest;
  let memory = Buffer.allocUnsafeSlow(start + (length ?? 65_536));
  let end = start;
  // By events: the stream as an iterator takes twice as long for the chunks of a window.
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      if (end - start + chunk.length > limit) {
        reject(tooLarge);
        stream.destroy();
        return;
      }
      if (end + chunk.length > memory.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(memory.length * 2, end + chunk.length));
        memory.copy(larger, 0, 0, end);
        memory = larger;
      }
      memory.set(chunk, end);
      end += chunk.length;
    });
    stream.once('end', () => resolve(memory.subarray(start, end)));
    stream.once('error', reject);
    stream.once('close', () => {
      if (!stream.readableEnded) reject(new CairnError('input-invalid', 'The body ended before its length.'));
    });
  });
}
