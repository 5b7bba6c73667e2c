/** A text in which addresses name nobody and carry no query: names, passwords and keys stand there. */
export function withoutSecrets(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)([^\s/?#]*@)?([^\s?#]*)(\?[^\s#]*)?/gi, '$1$3');
}
