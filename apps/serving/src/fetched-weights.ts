import { setTimeout as pause } from 'node:timers/promises';
import { CairnError } from '@cairn/contracts';

/** Seconds before each further try. A registry that starts anew is there within them. */
const usualPauses = [1, 2, 4, 8, 15, 30, 30];
/** The longest, in milliseconds, that a registry may say nothing. */
const silence = 60_000;

/** Whether weights lie behind an address, and not in a file. */
export function isAddress(source: string): boolean {
  return /^https?:\/\//.test(source);
}

/**
 * Fetches weights from the registry. A server that does not answer, is busy or breaks off is asked again.
 * @param token sent as a bearer token where there is one.
 * @param pauses seconds before each further try.
 * @throws CairnError `weights-unavailable`.
 */
export async function fetchWeights(
  address: string,
  token: string | undefined,
  pauses: readonly number[] = usualPauses,
): Promise<Uint8Array> {
  for (let tried = 0; ; tried++) {
    try {
      return await fetched(address, token);
    } catch (error) {
      const seconds = pauses[tried];
      if (error instanceof Refused || seconds === undefined) throw unavailable(address, tried + 1, error as Error);
      await pause(seconds * 1000);
    }
  }
}

async function fetched(address: string, token: string | undefined): Promise<Uint8Array> {
  const quiet = new AbortController();
  const stop = (): void => quiet.abort(new Error(`nothing came for ${silence / 1000} s`));
  let timer = setTimeout(stop, silence);
  try {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(address, { headers, signal: quiet.signal });
    if (!response.ok) throw refusal(response.status);
    const chunks: Uint8Array[] = [];
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      clearTimeout(timer);
      timer = setTimeout(stop, silence);
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
  }
}

/** An answer that will be the same the next time. */
class Refused extends Error {}

function refusal(status: number): Error {
  const mayPass = status >= 500 || [408, 425, 429].includes(status);
  return new (mayPass ? Error : Refused)(`the registry answered ${status}`);
}

function unavailable(address: string, tries: number, cause: Error): CairnError {
  // `fetch` says why only in the cause of its error.
  const { message } = cause.cause instanceof Error && !(cause instanceof Refused) ? cause.cause : cause;
  return new CairnError('weights-unavailable', `The weights cannot be fetched (tried ${tries} times): ${message}.`, {
    where: address,
    action:
      'See that the registry is up, holds the version, and lets this node in (the token in the Secret that the graph names).',
    cause,
  });
}
