import { useEffect, useState } from 'react';
import type { FoundFeature, StatusInfo } from '@cairn/contracts';
import { followStream } from '../follow-stream.ts';
import { gateway } from '../gateway.ts';

/** What is known of a prediction that is on its way. */
export interface Live {
  /** The buildings that were found so far. */
  features: readonly FoundFeature[];
  /** Share of the work that is done, 0..1; undefined until the gateway has told. */
  progress: number | undefined;
  /** The job, once it has ended. */
  ended: StatusInfo | undefined;
  /** The line to the gateway is cut; it is tried again. */
  cut: boolean;
  /** The job cannot be followed. */
  error: unknown;
}

const unknown: Live = { features: [], progress: undefined, ended: undefined, cut: false, error: undefined };

/** How often the page draws what has come, in ms: often enough to be live, seldom enough for a small computer. */
const drawEvery = 250;

/** Follows a prediction until it has ended, over cuts of the line. Each building is told once. */
export function useLiveFeatures(job: string): Live {
  const [live, setLive] = useState<Live>(unknown);
  useEffect(() => {
    const controller = new AbortController();
    setLive(unknown);
    void follow(job, setLive, controller.signal);
    return () => controller.abort();
  }, [job]);
  return live;
}

async function follow(job: string, tell: (live: Live) => void, signal: AbortSignal): Promise<void> {
  let features: FoundFeature[] = [];
  let live = unknown;
  let last = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!signal.aborted) tell({ ...live, features: [...features] });
  };
  try {
    await followStream({
      open: () => gateway.followFeatures(job, last, signal),
      onEvent: (event) => {
        last = event.id;
        live = { ...live, cut: false };
        if (event.event === 'features') features.push(...event.features);
        if (event.event === 'reset') features = [];
        if (event.event === 'progress') live = { ...live, progress: event.progress / 100 };
        if (event.event === 'status') live = { ...live, ended: event.job };
        timer ??= setTimeout(show, drawEvery);
      },
      onCut: () => {
        live = { ...live, cut: true };
        show();
      },
      signal,
    });
  } catch (error) {
    live = { ...live, error };
  }
  show();
}
