/**
 * Does work under a signal that aborts when the caller's does, or when the work takes too long (a TimeoutError). A timer of
 * its own rather than `AbortSignal.any` over `AbortSignal.timeout`: in Node 20 the garbage collector can take the latter
 * away before it fires, and the work hangs.
 */
export async function withDeadline<T>(
  signal: AbortSignal,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const either = new AbortController();
  const cancel = (): void => either.abort(signal.reason);
  const timer = setTimeout(() => {
    either.abort(new DOMException(`There was no answer within ${milliseconds} ms.`, 'TimeoutError'));
  }, milliseconds);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await work(either.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}
