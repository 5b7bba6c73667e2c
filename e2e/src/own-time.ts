import type { Page } from 'playwright-core';

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  timeDeltas: number[];
}

/**
 * The longest stretch, in ms, that a page's own code runs while something is done with the page. What the browser does in between
 * does not count: here it draws the map without a graphics card, which takes longer than everything else.
 */
export async function longestStretch(page: Page, work: () => Promise<unknown>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.start');
  await work();
  const { profile } = (await session.send('Profiler.stop')) as { profile: Profile };
  await session.detach();
  const own = new Set(
    profile.nodes
      .filter(({ callFrame: { functionName, url } }) => url !== '' || functionName === '(garbage collector)')
      .map(({ id }) => id),
  );
  let [longest, stretch] = [0, 0];
  for (const [i, node] of profile.samples.entries()) {
    stretch = own.has(node) ? stretch + profile.timeDeltas[i]! / 1000 : 0;
    longest = Math.max(longest, stretch);
  }
  return longest;
}
