import { useEffect, useState } from 'react';
import { CairnError, type StatusInfo } from '@cairn/contracts';
import { gateway } from '../gateway.ts';

/** What goes on in the installation. */
export interface Activity {
  jobs: readonly StatusInfo[];
  /** The line to the gateway is cut; it is tried again. */
  cut: boolean;
  error: unknown;
}

/** After how long a line that was cut is tried again, in ms. */
const tryAgain = 2000;

/** The jobs that wait, run or have just ended, as they come; over cuts of the line. */
export function useActivity(): Activity {
  const [activity, setActivity] = useState<Activity>({ jobs: [], cut: false, error: undefined });
  useEffect(() => {
    const controller = new AbortController();
    void follow(setActivity, controller.signal);
    return () => controller.abort();
  }, []);
  return activity;
}

async function follow(tell: (next: (before: Activity) => Activity) => void, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      for await (const jobs of gateway.followActivity(signal)) tell(() => ({ jobs, cut: false, error: undefined }));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof CairnError && error.code === 'gateway-unreachable')) {
        tell((before) => ({ ...before, error }));
        return;
      }
    }
    tell((before) => ({ ...before, cut: true }));
    await new Promise((resolve) => setTimeout(resolve, tryAgain));
  }
}
