/** The JSON object that a line of a program's output is; an empty one where it is none, such as words of a log. */
export function readJsonLine(line: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(line);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
