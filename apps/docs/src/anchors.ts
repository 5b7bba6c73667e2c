/** Names the headings of one page as GitHub does, so that a link with an anchor works in both places. */
export class Anchors {
  readonly #taken = new Map<string, number>();

  /** The anchor of a heading: its letters, digits and hyphens in lower case; a second one of the same name gets a number. */
  of(heading: string): string {
    const name = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-');
    const before = this.#taken.get(name);
    this.#taken.set(name, (before ?? 0) + 1);
    if (before === undefined) return name;
    const numbered = `${name}-${before}`;
    this.#taken.set(numbered, 1);
    return numbered;
  }
}
