import type { CairnError } from '@cairn/contracts';
import { type CairnClient, type VersionInfo } from '@cairn/contracts';
import { expect } from 'vitest';
import type { Ask } from './errand.ts';
import type { Ledger } from './ledger.ts';

const reason = 'Its figures were read, and a fault is about to happen.';

/**
 * The promotion of a version that is not in production to production. It is no job: where its answer is lost with the
 * gateway, it has happened whole or not at all, and can be asked for again.
 */
export async function promotion(client: CairnClient, model: string): Promise<Ask> {
  const version = await laidAside(client, model);
  const promote = (now: CairnClient): Promise<VersionInfo> =>
    now.changeStage(model, version, { to: 'production', reason, approveOwn: true });
  const isDone = async (now: CairnClient): Promise<boolean> =>
    (await now.versions(model)).some((one) => one.version === version && one.stage === 'production');
  return (asked) => {
    let answered = false;
    const answer = promote(asked)
      .then(
        () => null,
        (error: unknown) => error as CairnError,
      )
      .finally(() => (answered = true));
    return Promise.resolve({
      name: 'approve',
      percent: () => Promise.resolve(answered ? 100 : 0),
      end: async (now: CairnClient, ledger: Ledger) => {
        const error = await answer;
        const lost = error?.code === 'gateway-unreachable' || error?.code === 'internal';
        if (error !== null && !lost) return error;
        if (error !== null && !(await isDone(now))) await promote(now);
        expect(await isDone(now), 'the promotion was acknowledged').toBe(true);
        ledger.receipt('approval');
        return null;
      },
    });
  };
}

/** The newest version that can be promoted; where every one is in production, one that is laid aside for it. */
async function laidAside(client: CairnClient, model: string): Promise<number> {
  const versions = await client.versions(model);
  const free = versions.find(({ stage }) => stage === 'candidate' || stage === 'archived');
  if (free !== undefined) return free.version;
  const { version } = versions[0]!;
  await client.changeStage(model, version, { to: 'archived', reason });
  return version;
}
