import type { ProcessId } from '@cairn/contracts';
import type { Actor } from '../identity/actor.ts';
import { allows, type PolicyEntry } from '../identity/policy.ts';
import { noSuchJob } from './exceptions.ts';
import type { Job } from './job.ts';

/** Processes whose jobs not everybody may see who may see jobs, and the entry of the policy that lets them. */
const entries: { readonly [P in ProcessId]?: PolicyEntry } = { 'shadow-prediction': 'shadows.read' };

/** Whether somebody may see the jobs of a process. */
export function mayRead(process: ProcessId, actor: Actor): boolean {
  const entry = entries[process];
  return entry === undefined || allows(entry, actor);
}

/** The processes whose jobs somebody may not see. */
export function hiddenFrom(actor: Actor): ProcessId[] {
  return (Object.keys(entries) as ProcessId[]).filter((process) => !mayRead(process, actor));
}

/** A job that somebody may see. @throws CairnError `not-found` for another, as for one that is not there */
export function demandReadable(job: Job, actor: Actor): Job {
  if (mayRead(job.process, actor)) return job;
  throw noSuchJob(job.id);
}
