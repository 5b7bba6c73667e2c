import { useEffect, useState } from 'react';
import type { StatusInfo } from '@cairn/contracts';
import { followStream } from '../follow-stream.ts';
import { gateway } from '../gateway.ts';

/** What is known of a job that is followed. */
export interface FollowedJob {
  /** Its log so far; of a very long one the end. */
  lines: readonly string[];
  /** The job as it is now; undefined until the gateway has told. */
  job: StatusInfo | undefined;
  /** The line to the gateway is cut; it is tried again. */
  cut: boolean;
  error: unknown;
}

const unknown: FollowedJob = { lines: [], job: undefined, cut: false, error: undefined };
/** How often the page draws what has come, in ms. */
const drawEvery = 300;
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
  try {
    await followStream({
      open: () => gateway.followJob(job, last, signal),
      onEvent: (event) => {
        last = event.id;
        state = { ...state, cut: false };
        if (event.event === 'log') lines = [...lines.slice(1 - mostLines), event.line];
        if (event.event === 'status') state = { ...state, job: event.job };
        if (event.event === 'progress' && state.job !== undefined) {
          const { progress, message } = event;
          state = { ...state, job: { ...state.job, progress, message } };
        }
        timer ??= setTimeout(show, drawEvery);
      },
      onCut: () => {
        state = { ...state, cut: true };
        show();
      },
      signal,
    });
  } catch (error) {
    state = { ...state, error };
  }
  show();
}

/** Whether a job has ended. */
export function isOver({ status }: StatusInfo): boolean {
  return status !== 'accepted' && status !== 'running';
}
