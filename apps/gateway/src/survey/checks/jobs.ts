import type { ProcessId } from '@cairn/contracts';
import type { Database } from '../../db/database.ts';
import { lanes } from '../../jobs/lanes.ts';
import { isDeadOwner } from '../../jobs/lease-owner.ts';
import type { Check, Finding } from '../finding.ts';

/** Longer than a lease, and than the time in which a free job is found. */
const patience = '90 seconds';

interface OpenJob {
  id: string;
  process: ProcessId;
  status: 'accepted' | 'running';
  owner: string | null;
  /** Nobody holds its lease, and nobody has touched it for a while. */
  idle: boolean;
}

/** Jobs that nobody works on: taken up by nobody though there is a place, or held by a gateway that is dead. */
export function jobsCheck(parts: { database: Database; offered: () => readonly ProcessId[] }): Check {
  const { database, offered } = parts;
  return {
    name: 'jobs',
    look: async () => {
      const open = await database.query<OpenJob>(
        `select id, process, status, lease_owner as owner,
           coalesce(lease_until, updated) < clock_timestamp() - interval '${patience}'
             and updated < clock_timestamp() - interval '${patience}' as idle
         from cairn.job where status in ('accepted', 'running') order by created`,
      );
      const findings: Finding[] = [];
      for (const job of open) {
        const finding = await judged(job, open, offered());
        if (finding !== null) findings.push(finding);
      }
      return findings;
    },
  };
}

async function judged(job: OpenJob, open: readonly OpenJob[], offered: readonly ProcessId[]): Promise<Finding | null> {
  const where = `job:${job.id}`;
  if (job.owner !== null && (await isDeadOwner(job.owner))) {
    return {
      what: `The job (${job.process}) is held by a gateway that is dead.`,
      where,
      action: 'Its lease is taken back, so that it goes on at once.',
      change: async (tx) => {
        await tx.query(
          'update cairn.job set lease_owner = null, lease_until = null where id = $1 and lease_owner = $2',
          [job.id, job.owner],
        );
      },
    };
  }
  if (!offered.includes(job.process)) {
    return {
      what: `The job waits for a process (${job.process}) that this Cairn does not offer.`,
      where,
      action: 'Cancel the job, or start the Cairn that offers its process.',
    };
  }
  if (!job.idle || isFull(job, open)) return null;
  return {
    what: `Nobody works on the job (${job.process}), though there is a place for it.`,
    where,
    action: 'Start Cairn again: it takes up every job that nobody works on.',
  };
}

/** Whether others hold every place of a job's lane. */
function isFull(job: OpenJob, open: readonly OpenJob[]): boolean {
  const lane = lanes.find(({ processes }) => processes.includes(job.process));
  if (lane === undefined) return false;
  const held = open.filter((other) => lane.processes.includes(other.process) && other.owner !== null && !other.idle);
  return held.length >= lane.places;
}
