import { setTimeout as pause } from 'node:timers/promises';
import { CairnClient } from '@cairn/contracts';
import type { Cluster } from './cluster.ts';

const patience = 120_000;

/**
 * A client that asks again where the way to the gateway breaks, as it does with the pod at its other end. What would change something
 * is only sent again where nobody took it.
 */
export function patientClient({ address, token }: Pick<Cluster, 'address' | 'token'>): CairnClient {
  return new CairnClient({
    address,
    token,
    fetch: async (input, init) => {
      const until = Date.now() + patience;
      for (;;) {
        try {
          return await fetch(input, init);
        } catch (error) {
          const isSafe = init?.method === 'GET' || wasRefused(error);
          if (!isSafe || Date.now() > until || init?.signal?.aborted === true) throw error;
        }
        await pause(500);
      }
    },
  });
}

function wasRefused(error: unknown): boolean {
  return (error as { cause?: { code?: unknown } }).cause?.code === 'ECONNREFUSED';
}

/** The client of another person, an approver, whose account is made. */
export async function approver(cluster: Cluster, id: string): Promise<CairnClient> {
  const owner = patientClient(cluster);
  await owner.addAccount({ id, roles: ['approver'] });
  const { token } = await owner.issueToken({ name: 'approving', account: id });
  return patientClient({ address: cluster.address, token });
}
