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
  const lines = tail.split('\n').filter((line) => line.trim() !== '' && readProgress(line) === null);
  const own = lines.findLast((line) => line.startsWith('error: '))?.slice('error: '.length);
  const raised = lines.findLast((line) => /^[A-Za-z_.]+(Error|Exception|Fault)\b/.test(line));
  return (own ?? raised ?? lines.at(-1) ?? 'it said nothing').slice(0, 500);
}
