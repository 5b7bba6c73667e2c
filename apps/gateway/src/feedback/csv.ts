import type { FeedbackInfo } from '@cairn/contracts';

const columns = ['id', 'at', 'actor', 'rating', 'words', 'view', 'receipt'] as const satisfies (keyof FeedbackInfo)[];

/**
 * Feedback as CSV (RFC 4180) with a line of names. A text that a spreadsheet would take for a formula is led by an apostrophe,
 * since anybody may have written it.
 */
export function feedbackCsv(feedback: readonly FeedbackInfo[]): string {
  const lines = feedback.map((one) => columns.map((name) => cell(one[name])));
  return [columns, ...lines].map((line) => `${line.join(',')}\r\n`).join('');
}

function cell(value: string | number | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
