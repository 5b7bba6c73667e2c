/** What this package throws when input cannot be used: the message says what is wrong, where, and what to do. */
export class ReceiptError extends Error {
  override readonly name = 'ReceiptError';
}
