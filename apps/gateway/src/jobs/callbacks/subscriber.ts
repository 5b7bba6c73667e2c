import { CairnError } from '@cairn/contracts';
import { Type, type Static } from 'typebox';
import type { Queryable } from '../../db/database.ts';
import type { OutboundHosts } from '../../outbound/hosts.ts';

const Address = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 2000, format: 'uri', description }));

/** Addresses that are told of a job (OGC API - Processes 1.0, subscriber). */
export const Subscriber = Type.Object(
  {
    successUri: Address('is sent the results when the job is successful'),
    inProgressUri: Address('is sent the status when the job starts and when one of its steps begins'),
    failedUri: Address('is sent the status when the job has failed or was dismissed'),
  },
  { additionalProperties: false },
);
export type Subscriber = Static<typeof Subscriber>;

/** What a callback tells. */
export type CallbackKind = 'inProgress' | 'success' | 'failed';

/**
 * Refuses addresses that a gateway must not be made to ask.
 * @throws CairnError `input-invalid`
 */
export function checkSubscriber(subscriber: Subscriber, hosts: OutboundHosts): void {
  for (const [name, address] of Object.entries(subscriber)) {
    if (!URL.canParse(address)) {
      throw new CairnError('input-invalid', `The ${name} of the subscriber is no address.`, {
        where: `/subscriber/${name}`,
        action: 'Give an address that begins with https:// or http://.',
      });
    }
    hosts.check(new URL(address));
  }
}

/** Adds a subscriber to a job; the same one is told once. */
export async function subscribe(tx: Queryable, jobId: string, subscriber: Subscriber): Promise<void> {
  await tx.query(
    `insert into cairn.subscriber (job_id, success_uri, in_progress_uri, failed_uri) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [jobId, subscriber.successUri ?? null, subscriber.inProgressUri ?? null, subscriber.failedUri ?? null],
  );
}

const columns = { inProgress: 'in_progress_uri', success: 'success_uri', failed: 'failed_uri' } as const;

/**
 * Notes what a job's subscribers are to be told; with the transaction that makes the change, so that neither is without the
 * other. Progress that was not delivered yet is told once, as it is then, and not at all when the job has ended.
 */
export async function noteCallbacks(tx: Queryable, jobId: string, kind: CallbackKind): Promise<void> {
  if (kind !== 'inProgress') {
    await tx.query("delete from cairn.callback where job_id = $1 and kind = 'inProgress'", [jobId]);
  }
  await tx.query(
    `insert into cairn.callback (job_id, kind, uri)
     select distinct job_id, $2, ${columns[kind]} from cairn.subscriber where job_id = $1 and ${columns[kind]} is not null
     on conflict (job_id, uri) where kind = 'inProgress'
       do update set attempts = 0, due = least(callback.due, clock_timestamp())`,
    [jobId, kind],
  );
}
