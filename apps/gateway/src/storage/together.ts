/** Files that are worked on at the same time: the disk answers several as fast as one. */
const places = 8;

/** Does some work for each of many things, a few at a time, and answers what came of each, in their order. */
export async function together<T, R>(things: readonly T[], work: (thing: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const serve = async (): Promise<void> => {
    while (next < things.length) {
      const at = next++;
      results[at] = await work(things[at]!);
    }
  };
  // Where one fails, the others end what they have begun before that is told: nothing is written behind a caller's back.
  const served = await Promise.allSettled(Array.from({ length: places }, serve));
  for (const one of served) if (one.status === 'rejected') throw one.reason;
  return results;
}
