/** Object identifiers of PostgreSQL's built-in types, which never change (`pg_type.dat`). */
const oid = { int8: 20, json: 114, jsonb: 3802, date: 1082, timestamp: 1114, numeric: 1700 } as const;

/**
 * How both adapters read types on which their drivers differ: whole and decimal numbers become `number` where that is
 * exact and stay text where not; a date without a time zone stays text, since it names no moment.
 */
export const parsers: Record<number, (text: string) => unknown> = {
  [oid.int8]: exactNumber,
  [oid.numeric]: exactNumber,
  [oid.date]: (text) => text,
  [oid.timestamp]: (text) => text,
};

/** Whether a type holds JSON. */
export function isJson(type: number): boolean {
  return type === oid.json || type === oid.jsonb;
}

function exactNumber(text: string): number | string {
  const value = Number(text);
  const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return String(value) === plain ? value : text;
}
