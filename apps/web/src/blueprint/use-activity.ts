import { useEffect, useState } from 'react';
import type { StatusInfo } from '@cairn/contracts';
import { followStream } from '../follow-stream.ts';
import { gateway } from '../gateway.ts';

/** What goes on in the installation. */
export interface Activity {
  jobs: readonly StatusInfo[];
  /** The line to the gateway is cut; it is tried again. */
  cut: boolean;
  error: unknown;
}

/** The jobs that wait, run or have just ended, as they come; over cuts of the line. */
export function useActivity(): Activity {
  const [activity, setActivity] = useState<Activity>({ jobs: [], cut: false, error: undefined });
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    followStream({
      open: () => gateway.followActivity(signal),
      onEvent: (jobs) => setActivity({ jobs, cut: false, error: undefined }),
      onCut: () => setActivity((before) => ({ ...before, cut: true })),
      endless: true,
      signal,
    }).catch((error: unknown) => setActivity((before) => ({ ...before, error })));
    return () => controller.abort();
  }, []);
  return activity;
}
