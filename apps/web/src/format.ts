/** A count with separators of the reader's language. */
export function formatCount(value: number): string {
  return value.toLocaleString();
}

/** An area given in km², with three significant digits. */
export function formatKm2(value: number): string {
  return `${value.toLocaleString(undefined, { maximumSignificantDigits: 3 })} km²`;
}

/** An area given in m², without decimals. */
export function formatM2(value: number): string {
  return `${value.toLocaleString(undefined, { maximumFractionDigits: 0 })} m²`;
}

/** A share of 0..1 as percent. */
export function formatPercent(value: number): string {
  return value.toLocaleString(undefined, { style: 'percent', maximumFractionDigits: 0 });
}
