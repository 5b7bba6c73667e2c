import { queryOptions, skipToken } from '@tanstack/react-query';
import type { DeclaredUse } from '@cairn/contracts';
import { gateway } from '../gateway.ts';
import type { ModelChoice } from './models.ts';

/** How the evidence of a version is asked for; of none where there is no version yet. */
export function evidenceQuery(version: ModelChoice | undefined, use?: DeclaredUse) {
  return queryOptions({
    queryKey: ['evidence', version?.id, use],
    queryFn: version === undefined ? skipToken : () => gateway.evidence(version.model, version.version, use),
  });
}
