import type { FeedbackInfo } from '@cairn/contracts';
import { csvOf } from '../platform/csv.ts';

const columns = ['id', 'at', 'actor', 'rating', 'words', 'view', 'receipt'] as const satisfies (keyof FeedbackInfo)[];

/** Feedback as CSV, with a line of names. */
export function feedbackCsv(feedback: readonly FeedbackInfo[]): string {
  return csvOf([columns, ...feedback.map((one) => columns.map((name) => one[name]))]);
}
