import { CairnError } from '@cairn/contracts';

/** A dataset that does not hold together. `where` is a file, and the place in it. */
export function invalidDataset(what: string, where: string, action: string, cause?: unknown): CairnError {
  return new CairnError('dataset-invalid', what, { where, action, ...(cause === undefined ? {} : { cause }) });
}
