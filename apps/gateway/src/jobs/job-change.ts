import { randomUUID } from 'node:crypto';
import type { ProcessId } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';
import type { Actor } from '../identity/actor.ts';
import { recordEvent, type CairnEvent } from '../identity/events.ts';
import { noteCallbacks } from './callbacks/subscriber.ts';
import { noSuchJob } from './exceptions.ts';
import type { CheckedInputs } from './inputs.ts';
import { isFinished, type Job, jobColumns } from './job.ts';
import type { Answer } from './results.ts';

/*
 * Changes of jobs for whoever makes them in a transaction of their own: with what a job is for, or no longer needed for. A
 * gateway takes up a job that was accepted so when it next looks for one, and sees within a heartbeat that one is to end.
 */

/** Accepts a job; null where the same account has an identical one that is not finished. */
export async function acceptJob(
  tx: Queryable,
  process: ProcessId,
  { inputs, digest }: CheckedInputs,
  actor: Pick<Actor, 'id'>,
  answer: Answer = {},
): Promise<Job | null> {
  const [added] = await tx.query<Job>(
    `insert into cairn.job (id, process, inputs, inputs_digest, status, message, actor, answer)
     values ($1, $2, $3, $4, 'accepted', 'waiting for a place', $5, $6)
     on conflict (process, inputs_digest, actor) where status in ('accepted', 'running') do nothing
     returning ${jobColumns}`,
    [randomUUID(), process, inputs, digest, actor.id, answer],
  );
  if (added === undefined) return null;
  await recordEvent(tx, actor, jobEvent('accepted', added.id, { process }));
  return added;
}

/**
 * Asks for a job's end: one that waits is dismissed at once, one that runs is marked, a finished one stays as it is.
 * @throws CairnError `not-found`
 */
export async function cancelJob(tx: Queryable, id: string, actor: Pick<Actor, 'id'>): Promise<Job> {
  const job = await findJob(tx, id, 'for update');
  if (isFinished(job) || job.cancel) return job;
  const waiting = job.status === 'accepted';
  const [changed] = await tx.query<Job>(
    waiting
      ? `update cairn.job set status = 'dismissed', cancel = true, message = 'cancelled',
           finished = clock_timestamp(), updated = clock_timestamp() where id = $1 returning ${jobColumns}`
      : `update cairn.job set cancel = true, message = 'ending', updated = clock_timestamp()
         where id = $1 returning ${jobColumns}`,
    [id],
  );
  await recordEvent(tx, actor, jobEvent(waiting ? 'dismissed' : 'cancelled', id, {}));
  if (waiting) await noteCallbacks(tx, id, 'failed');
  return changed!;
}

/** A job's row. @throws CairnError `not-found` */
export async function findJob(queryable: Queryable, id: string, lock: '' | 'for update' = ''): Promise<Job> {
  const [job] = await queryable.query<Job>(`select ${jobColumns} from cairn.job where id = $1 ${lock}`, [id]);
  if (job === undefined) throw noSuchJob(id);
  return job;
}

/** What happened to a job, as an event. */
export function jobEvent(what: string, id: string, data: Record<string, unknown>): CairnEvent {
  return { kind: `job.${what}`, subject: `job:${id}`, data };
}
