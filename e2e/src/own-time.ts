import type { Page } from 'playwright-core';

interface TraceEvent {
  name: string;
  /** `X` for what has a length. */
  ph: string;
  pid: number;
  tid: number;
  /** CPU time of its thread, in µs; missing of a task that the trace cuts off. */
  tdur?: number;
}

const mark = 'own-time';

/**
 * The CPU time, in ms, of the longest task of a page's own thread while something is done with the page: scripts, garbage, style and
 * layout, for as long as nobody else can be answered. Waiting does not count, for a processor that others use or for the graphics
 * card, which here is a program: that is the machine's, not the page's.
 */
export async function heaviestTask(page: Page, work: () => Promise<unknown>): Promise<number> {
  const browser = page.context().browser()!;
  await browser.startTracing(page, { categories: ['-*', 'toplevel', 'devtools.timeline', 'blink.user_timing'] });
  // It stands in the trace by the thread that is asked for.
  await page.evaluate(`performance.mark('${mark}')`);
  await work();
  const trace = (await browser.stopTracing()).toString();
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const own = traceEvents.find(({ name }) => name === mark);
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) => name.endsWith('RunTask') && ph === 'X' && pid === own?.pid && tid === own.tid,
  );
  if (tasks.length === 0) throw new Error('The trace tells of no task of the page.');
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
}
