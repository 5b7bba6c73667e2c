import type { Database } from '../../db/database.ts';
import type { Check } from '../finding.ts';

/** Tokens of jobs that have ended: a token of a job dies with it. */
export function tokensCheck({ database }: { database: Database }): Check {
  return {
    name: 'tokens',
    look: async () => {
      const rows = await database.query<{ job: string }>(
        `select distinct t.job from cairn.token t left join cairn.job j on j.id = t.job
         where t.kind = 'job' and (j.id is null or j.status not in ('accepted', 'running'))`,
      );
      return rows.map(({ job }) => ({
        what: 'A token of the job still speaks, though the job has ended.',
        where: `job:${job}`,
        action: 'The token is deleted.',
        change: async (tx) => {
          await tx.query("delete from cairn.token where kind = 'job' and job = $1", [job]);
        },
      }));
    },
  };
}
