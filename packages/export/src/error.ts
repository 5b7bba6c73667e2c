/** What cannot be exported, or is no export that can be read; the message says what is wrong. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
}
