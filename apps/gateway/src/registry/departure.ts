import type { Answers, Departure } from '@cairn/contracts';
import type { Queryable } from '../db/database.ts';
import { answering } from './stage-move.ts';
import { defaultAfter } from './stages.ts';
import { type VersionRow, versionId } from './version-row.ts';

/** What would follow if a version left production, for whoever is about to decide that. */
export async function departureOf(tx: Queryable, row: VersionRow): Promise<Departure> {
  const [made] = await tx.query<{ count: number }>(
    `select count(*)::int as count from cairn.prediction
     where model = $1 and version = $2 and revocation is null`,
    [row.model, row.version],
  );
  const [answers] = await answersWithout(tx, [row]);
  const earlier = await earlierVersion(tx, row);
  return {
    version: versionId(row),
    predictions: made?.count ?? 0,
    answers: answers!,
    backTo: row.aliases.includes('production') && earlier !== null ? versionId(earlier) : null,
  };
}

/** Which version of each model answers now, and which would without these versions. */
export async function answersWithout(tx: Queryable, versions: readonly VersionRow[]): Promise<Answers[]> {
  const answers: Answers[] = [];
  for (const model of new Set(versions.map((row) => row.model))) {
    const gone = new Set(versions.filter((row) => row.model === model).map(({ version }) => version));
    const { current, inProduction } = await answering(tx, model);
    const after = defaultAfter(
      current,
      inProduction.filter(({ version }) => !gone.has(version)),
    );
    const id = (version: number | null): string | null => (version === null ? null : versionId({ model, version }));
    answers.push({ model, now: id(current), after: id(after) });
  }
  return answers;
}

/** The version of a model that was approved last before its default was, and is not revoked; null where there is none. */
export async function earlierVersion(tx: Queryable, current: VersionRow): Promise<VersionRow | null> {
  const [row] = await tx.query<VersionRow>(
    `select v.* from cairn.version v join cairn.stage_change c using (model, version)
     where v.model = $1 and v.version <> $2 and v.stage in ('production', 'archived') and c.to_stage = 'production'
     order by c.seq desc limit 1`,
    [current.model, current.version],
  );
  return row ?? null;
}
