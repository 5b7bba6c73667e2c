import type { Database } from '../../db/database.ts';
import type { Outbox } from '../../registry/outbox.ts';
import type { Check } from '../finding.ts';

/** Notes to MLflow that it did not take. Those that were not tried yet are on their way. */
export function outboxCheck({ database, outbox }: { database: Database; outbox: Outbox }): Check {
  return {
    name: 'outbox',
    look: async () => {
      const rows = await database.query<{ model: string; version: number; attempts: number }>(
        `select model, version, max(attempts) as attempts from cairn.mlflow_outbox
         where not done and attempts > 0 group by model, version order by model, version`,
      );
      return rows.map(({ model, version, attempts }) => ({
        what: `MLflow has not taken how the version is now, in ${attempts} attempts.`,
        where: `version:${model}/${version}`,
        action: 'It is told once more.',
        mend: () => outbox.deliver(),
      }));
    },
  };
}
