import { useEffect, useState } from 'react';
import { CairnError, type StatusInfo } from '@cairn/contracts';
import { gateway } from '../gateway.ts';

/** What is known of a job that is followed. */
export interface FollowedJob {
  /** Its log so far; of a very long one the end. */
  lines: readonly string[];
  /** 0..100 and what it does now; undefined until it has told. */
  progress: { percent: number; words: string } | undefined;
  /** The job, once it has ended. */
  ended: StatusInfo | undefined;
  /** The line to the gateway is cut; it is tried again. */
  cut: boolean;
  error: unknown;
}

const unknown: FollowedJob = { lines: [], progress: undefined, ended: undefined, cut: false, error: undefined };
/** How often the page draws what has come, in ms. */
const drawEvery = 300;
/** After how long a line that was cut is tried again, in ms. */
const tryAgain = 2000;
/** The most lines that are kept: more would make a small computer slow. */
const mostLines = 2000;

/** Follows a job's log and progress until it has ended, over cuts of the line; each line comes once. */
export function useJob(job: string): FollowedJob {
  const [followed, setFollowed] = useState<FollowedJob>(unknown);
  useEffect(() => {
    const controller = new AbortController();
    setFollowed(unknown);
    void follow(job, setFollowed, controller.signal);
    return () => controller.abort();
  }, [job]);
  return followed;
}

async function follow(job: string, tell: (job: FollowedJob) => void, signal: AbortSignal): Promise<void> {
  let lines: string[] = [];
  let state = unknown;
  let last = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!signal.aborted) tell({ ...state, lines: [...lines] });
  };
  for (;;) {
    try {
      for await (const event of gateway.followJob(job, last, signal)) {
        last = event.id;
        state = { ...state, cut: false };
        if (event.event === 'log') lines = [...lines.slice(1 - mostLines), event.line];
        if (event.event === 'progress')
          state = { ...state, progress: { percent: event.progress, words: event.message } };
        if (event.event === 'status' && isOver(event.job)) state = { ...state, ended: event.job };
        timer ??= setTimeout(show, drawEvery);
      }
      show();
      return;
    } catch (error) {
      if (signal.aborted) return;
      const cut = error instanceof CairnError && error.code === 'gateway-unreachable';
      state = { ...state, ...(cut ? { cut } : { error }) };
      show();
      if (!cut) return;
      await new Promise((resolve) => setTimeout(resolve, tryAgain));
    }
  }
}

function isOver({ status }: StatusInfo): boolean {
  return status !== 'accepted' && status !== 'running';
}
