/** A logger that keeps warnings for the test to look at. */
export function quietLogger(): {
  warnings: unknown[];
  info: (entry: unknown) => void;
  warn: (entry: unknown) => void;
} {
  const warnings: unknown[] = [];
  return { warnings, info: () => undefined, warn: (entry) => void warnings.push(entry) };
}
