/** How good a version is, by the figures of its test part, each a share of 0..1. */
export interface Accuracy {
  /** Of the things that are there, those that are found. */
  found: number;
  /** Of what is drawn, what is right. */
  right: number;
  /** Whether things were counted, or pixels measured. */
  by: 'thing' | 'area';
}

/** Reads the accuracy of a version's figures; undefined where they tell none. */
export function accuracyOf(metrics: Record<string, number>): Accuracy | undefined {
  const { test_object_recall: objects, test_object_precision: drawn } = metrics;
  if (objects !== undefined && drawn !== undefined) return { found: objects, right: drawn, by: 'thing' };
  const { test_recall: recall, test_precision: precision } = metrics;
  if (recall !== undefined && precision !== undefined) return { found: recall, right: precision, by: 'area' };
  return undefined;
}
