/** Why a request failed, in words: `fetch` itself says only that it did. */
export function whyFailed(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
