import type { Exit } from '../../supervise/child.ts';

/** How far a step says it is. */
export interface StepProgress {
  percent: number;
  words: string;
}

/** Reads a step's line `progress PERCENT WORDS`; null for any other. */
export function readProgress(line: string): StepProgress | null {
  const [, percent, words] = /^progress (\d{1,3})(?:\.\d+)? (.*)$/.exec(line) ?? [];
  if (percent === undefined || words === undefined) return null;
  return { percent: Math.min(100, Number(percent)), words: words.trim() };
}

/** Of what a failed step wrote, the line that tells why: its own `error:`, the end of a Python traceback, or the last. */
export function reasonOf(tail: string): string {
  return (fromReason(tail)[0] ?? 'it said nothing').replace(/^error: /, '').slice(0, 500);
}

// As uv, urllib3 (by which MLflow's client speaks) and Python write it when the other side was away.
const away =
  /Connection (refused|reset|aborted)|Request failed after \d+ retr|error sending request|server error \(5\d\d|too many 5\d\d error responses|Max retries exceeded|RemoteDisconnected|(Read|Connect)Timeout|(operation|read) timed out|failure in name resolution|Name or service not known|Network is unreachable|No route to host/i;

/**
 * Whether a failure may pass by itself: the process was killed by another hand, or the reason that it gave is a network or a
 * server that was away.
 */
export function mayPass({ signal }: Exit, tail: string): boolean {
  return signal !== null || away.test(fromReason(tail).join('\n'));
}

/** The line that tells why a step failed, and what follows it. */
function fromReason(tail: string): string[] {
  const lines = tail.split('\n').filter((line) => line.trim() !== '' && readProgress(line) === null);
  const own = lines.findLastIndex((line) => line.startsWith('error: '));
  const raised = lines.findLastIndex((line) => /^[A-Za-z_.]+(Error|Exception|Fault)\b/.test(line));
  return lines.slice(own >= 0 ? own : raised >= 0 ? raised : -1);
}
