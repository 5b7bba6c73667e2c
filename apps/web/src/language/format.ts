import type { Language } from './languages.ts';
import type { Say } from './words.ts';

/** Figures, measures and times in the way of a language. */
export class Formats {
  readonly #language: Language;
  readonly #say: Say;

  constructor(language: Language, say: Say) {
    this.#language = language;
    this.#say = say;
  }

  /** A count, with the language's separators. */
  count(value: number): string {
    return this.#number(value, { maximumFractionDigits: 0 });
  }

  /** An area given in km², with three significant digits. */
  km2(value: number): string {
    return this.#say('unit.km2', { value: this.#number(value, { maximumSignificantDigits: 3 }) });
  }

  /** An area given in m², without decimals. */
  m2(value: number): string {
    return this.#say('unit.m2', { value: this.count(value) });
  }

  /** A length given in m, with two decimals: pixels on the ground. */
  metres(value: number): string {
    return this.#say('unit.m', { value: this.#number(value, { maximumFractionDigits: 2 }) });
  }

  /** A share of 0..1 as percent. */
  percent(value: number): string {
    return this.#number(value, { style: 'percent', maximumFractionDigits: 0 });
  }

  /** A figure of a measurement, with four significant digits at most. */
  figure(value: number): string {
    return this.#number(value, { maximumSignificantDigits: 4 });
  }

  /** A number with all its digits, as limits are told. */
  exact(value: number): string {
    return this.#number(value, { maximumFractionDigits: 20 });
  }

  /** A share of 0..1 as percent, to the tenth. */
  share(value: number): string {
    return this.#number(value, { style: 'percent', maximumFractionDigits: 1 });
  }

  /** By how much a share of 0..1 is another, in percent, with its sign. */
  shareMore(by: number): string {
    return this.#number(by, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' });
  }

  /** A time given in seconds; minutes and hours where there are many. */
  duration(seconds: number): string {
    const [value, unit] =
      seconds < 90 ? [seconds, 'second'] : seconds < 5400 ? [seconds / 60, 'minute'] : [seconds / 3600, 'hour'];
    const digits = value < 10 ? 1 : 0;
    return this.#number(value, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits });
  }

  /** An amount of a currency (ISO 4217); small ones with their first two digits that are not 0. */
  money(amount: number, currency: string): string {
    const digits = amount > 0 && amount < 0.1 ? { maximumSignificantDigits: 2 } : {};
    return this.#number(amount, { style: 'currency', currency, ...digits });
  }

  /** A size given in bytes. */
  megabytes(bytes: number): string {
    const digits = bytes < 1e7 ? 1 : 0;
    return this.#number(bytes / 1e6, { style: 'unit', unit: 'megabyte', maximumFractionDigits: digits });
  }

  /** A moment given as RFC 3339, as day and time. */
  moment(at: string): string {
    return new Intl.DateTimeFormat(this.#language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
  }

  /** A moment given as RFC 3339, to the second. */
  instant(at: string): string {
    return new Intl.DateTimeFormat(this.#language, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));
  }

  /** A month given as 2026-11. */
  month(text: string): string {
    const options = { year: 'numeric', month: 'long', timeZone: 'UTC' } as const;
    return new Intl.DateTimeFormat(this.#language, options).format(new Date(`${text}-01T00:00:00Z`));
  }

  /** A moment given as RFC 3339, as time of the day with seconds. */
  time(at: string): string {
    return new Intl.DateTimeFormat(this.#language, { timeStyle: 'medium' }).format(new Date(at));
  }

  /** Things that are told one after the other. */
  list(things: readonly string[]): string {
    return new Intl.ListFormat(this.#language, { style: 'short', type: 'unit' }).format(things);
  }

  #number(value: number, options: Intl.NumberFormatOptions): string {
    return new Intl.NumberFormat(this.#language, options).format(value);
  }
}
