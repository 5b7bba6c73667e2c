import type { CairnClient } from '@cairn/contracts';
import { expect } from 'vitest';

interface Receipt {
  digest: string;
  kind: string;
  subject: string;
}

/** What must be there, once each: by what Cairn answered to everything that was asked of it. */
export class Ledger {
  /** One that begins with what a Cairn holds already. */
  static async of(client: CairnClient): Promise<Ledger> {
    const ledger = new Ledger();
    for (const { jobID } of await allJobs(client)) ledger.jobs.add(jobID);
    for (const { kind } of await allReceipts(client)) ledger.receipt(kind);
    for (const id of await allPredictions(client)) ledger.prediction(id);
    return ledger;
  }

  /** Every job that was acknowledged. */
  readonly jobs = new Set<string>();
  /** How many receipts of a kind have been given. */
  readonly #receipts = new Map<string, number>();
  /** Versions by model, with the digest of their weights. */
  readonly #versions = new Map<string, Map<string, string>>();
  readonly #predictions = new Set<string>();

  receipt(kind: string, count = 1): void {
    this.#receipts.set(kind, (this.#receipts.get(kind) ?? 0) + count);
  }

  version(model: string, id: string, weights: string): void {
    const versions = this.#versions.get(model) ?? new Map<string, string>();
    this.#versions.set(model, versions.set(id, weights));
  }

  prediction(id: string): void {
    this.#predictions.add(id);
  }

  /** Compares everything with what Cairn holds: nothing is missing, nothing is there twice, nothing is there besides. */
  async compare(client: CairnClient): Promise<void> {
    const jobs = await allJobs(client);
    expect(jobs.filter(({ status }) => status === 'accepted' || status === 'running')).toEqual([]);
    expect(jobs.map(({ jobID }) => jobID).sort(), 'the jobs').toEqual([...this.jobs].sort());
    for (const [model, expected] of this.#versions) {
      const held = (await client.versions(model)).map(({ id, weightsDigest }) => [id, weightsDigest]);
      expect(held.sort(), `the versions of ${model}`).toEqual([...expected].sort());
      expect(new Set(held.map(([, weights]) => weights)).size).toBe(held.length);
    }
    const receipts = await allReceipts(client);
    const counted = new Map<string, number>();
    for (const { kind } of receipts) counted.set(kind, (counted.get(kind) ?? 0) + 1);
    expect(Object.fromEntries(counted), 'the receipts').toEqual(Object.fromEntries(this.#receipts));
    expect((await allPredictions(client)).sort(), 'the predictions').toEqual([...this.#predictions].sort());
  }
}

async function allJobs(client: CairnClient): Promise<{ jobID: string; status: string }[]> {
  const { jobs } = await client.jobs({ limit: 1000 });
  return jobs;
}

function allReceipts(client: CairnClient): Promise<Receipt[]> {
  return client.get<Receipt[]>('/receipts?limit=1000');
}

async function allPredictions(client: CairnClient): Promise<string[]> {
  const path = '/stac/collections/predictions/items?limit=1000';
  const { features } = await client.get<{ features: { id: string }[] }>(path);
  return features.map(({ id }) => id);
}
