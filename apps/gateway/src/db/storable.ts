/** A text as PostgreSQL keeps it: U+FFFD in place of NUL, which it does not take, and of half characters, which UTF-8 has not. */
export function storableText(text: string): string {
  return text.replaceAll(/\0|\p{Surrogate}/gu, '\uFFFD');
}

/** A JSON value with every text in it as {@link storableText} has it. */
export function storableJson<T>(value: T): T {
  const json = JSON.stringify(value);
  return JSON.parse(json, (_, each: unknown) => (typeof each === 'string' ? storableText(each) : each)) as T;
}
