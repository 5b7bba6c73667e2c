import { setTimeout as pause } from 'node:timers/promises';
import { Lines } from '../../../supervise/output.ts';
import type { Workflows } from './workflows.ts';

const tailLines = 20;
const againAfter = 1000;

/** A line of a pod's log: when it was written, where that is told, and what. */
export interface PodLine {
  at: string | null;
  text: string;
}

/** Takes the time from before a line. */
export function readPodLine(line: string): PodLine {
  const [, at, text] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) (.*)$/s.exec(line) ?? [];
  return at === undefined || text === undefined ? { at: null, text: line } : { at, text };
}

/** Whether Argo's own program, by which the package's is started, wrote a line. */
export function isOfArgo(text: string): boolean {
  return /^time=\S+ level=\w+ .*\bargo=true/.test(text) || /^Error: exit status \d+$/.test(text);
}

/** Whether a moment lies behind another; both as RFC 3339, with as many decimals as they need. */
export function isLater(a: string, b: string): boolean {
  const [wholeA = '', partA = ''] = a.replace('Z', '').split('.');
  const [wholeB = '', partB = ''] = b.replace('Z', '').split('.');
  return wholeA === wholeB ? partA.padEnd(9, '0') > partB.padEnd(9, '0') : wholeA > wholeB;
}

/** Follows what a step writes in its pod. A connection that breaks is made again behind the last line. */
export class PodLog {
  readonly #workflows: Workflows;
  readonly #secret: string;
  readonly #onLine: (line: string) => void;
  readonly #controller = new AbortController();
  #done: Promise<void> | undefined;
  #ended = false;
  #last: string | undefined;
  #tail: string[] = [];

  constructor(options: { workflows: Workflows; secret: string; onLine: (line: string) => void }) {
    this.#workflows = options.workflows;
    this.#secret = options.secret;
    this.#onLine = options.onLine;
  }

  /** Begins to follow a pod; again, nothing changes. */
  follow(pod: string): void {
    this.#done ??= this.#follow(pod);
  }

  /** The last lines. */
  get tail(): string {
    return this.#tail.join('\n');
  }

  /** The pod has ended: reads what is left, for at most so many milliseconds. */
  async end(limit: number): Promise<void> {
    this.#ended = true;
    const over = new AbortController();
    const late = pause(limit, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([this.#done, late]);
    over.abort();
    this.close();
  }

  /** Stops to follow. */
  close(): void {
    this.#ended = true;
    this.#controller.abort();
  }

  async #follow(pod: string): Promise<void> {
    const { signal } = this.#controller;
    for (;;) {
      // The pod may end while this is asked: what was written before then is in the answer.
      const isLast = this.#ended;
      const read = await this.#read(pod, signal).catch(() => 'broken' as const);
      if (read === 'gone' || signal.aborted || (isLast && read === 'whole')) return;
      await pause(againAfter, undefined, { signal }).catch(() => undefined);
    }
  }

  async #read(pod: string, signal: AbortSignal): Promise<'gone' | 'whole'> {
    const log = await this.#workflows.log(pod, this.#last, signal);
    if (log === null) return 'gone';
    const lines = new Lines((line) => this.#take(readPodLine(line)));
    for await (const chunk of log) lines.push(chunk as Buffer);
    lines.end();
    return 'whole';
  }

  #take({ at, text }: PodLine): void {
    if (at !== null) {
      if (this.#last !== undefined && !isLater(at, this.#last)) return;
      this.#last = at;
    }
    if (text === '' || isOfArgo(text)) return;
    const line = text.replaceAll(this.#secret, '[secret]');
    this.#tail = [...this.#tail.slice(1 - tailLines), line];
    this.#onLine(line);
  }
}
