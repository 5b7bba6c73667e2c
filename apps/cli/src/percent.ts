/** A part of 1 in percent, as `12.5 %`. */
export function percent(part: number): string {
  return `${Math.round(part * 1e6) / 1e4} %`;
}
