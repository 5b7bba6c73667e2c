import { CairnError, type Stage } from '@cairn/contracts';

/*
 * The life of a version.
 *
 * candidate   just trained, or shipped with its package. Serves nobody. It can be looked at in staging, be approved, or be
 *             laid aside.
 * staging     tried out. Serves nobody yet. Optional: what needs no trial is approved as a candidate.
 * production  approved by a person: answers predictions. Several may be here at once. The only ways in are approvals, each
 *             with a receipt: of a candidate, after staging, or back from the archive (a roll back).
 * archived    laid aside; may come back by a new approval. Its old predictions stay traceable.
 * revoked     found to be wrong. Reached from everywhere, left never.
 *
 * Always holds: a version in production has an approval receipt over its weights' digest; the alias `production` names a
 * version in production of its model wherever there is one, and none else (see `defaultAfter`).
 */
const ways: Record<Stage, readonly Stage[]> = {
  candidate: ['staging', 'production', 'archived', 'revoked'],
  staging: ['production', 'archived', 'revoked'],
  production: ['archived', 'revoked'],
  archived: ['production', 'revoked'],
  revoked: [],
};

/**
 * Checks that a version may go from one stage to another.
 * @throws CairnError `stage-transition-refused` with the ways that there are.
 */
export function checkTransition(version: string, from: Stage, to: Stage): void {
  if (ways[from].includes(to)) return;
  const open = ways[from];
  throw new CairnError(
    'stage-transition-refused',
    from === to ? `Version ${version} is ${to} already.` : `Version ${version} is ${from} and cannot become ${to}.`,
    {
      where: version,
      action:
        open.length === 0 ? 'A revoked version never comes back: train another.' : `It can become ${open.join(', ')}.`,
    },
  );
}

/** A version in production, as far as choosing the default needs it. */
export interface InProduction {
  version: number;
  /** Place of its newest approval in the order of all. */
  approvedSeq: number;
}

/**
 * Which version the alias `production` names after a change: the one it named, as long as that is in production, so that
 * an approval beside it changes nobody's default; else the one approved last of those that are; else none.
 * `chosen` names one explicitly.
 */
export function defaultAfter(
  current: number | null,
  inProduction: readonly InProduction[],
  chosen?: number,
): number | null {
  for (const wanted of [chosen, current]) {
    if (wanted !== undefined && inProduction.some(({ version }) => version === wanted)) return wanted;
  }
  const [newest] = [...inProduction].sort((a, b) => b.approvedSeq - a.approvedSeq);
  return newest?.version ?? null;
}
