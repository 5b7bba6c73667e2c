import { ReceiptError } from './error.ts';

/** A value that JSON can hold. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
  [name: string]: JsonValue;
}

/** Deepest nesting of arrays and objects that is read or written. */
export const MAX_DEPTH = 64;

/** Whether a value is an object with members: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object's own member, never an inherited one; undefined where it has none. */
export function member(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) at += code === BACKSLASH ? 2 : 1;
  return at;
}

function isFollowedByColon(text: string, end: number): boolean {
  let at = end + 1;
  while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at++;
  return text.charCodeAt(at) === COLON;
}

/** Walks text that JSON.parse has accepted; programs disagree on which of two equal members counts, so none may repeat. */
function refuseRepeatsAndDepth(text: string): void {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x7b || character === 0x5b) {
      open.push(character === 0x7b ? new Set() : null);
      if (open.length > MAX_DEPTH) throw new ReceiptError(`The JSON is nested deeper than ${MAX_DEPTH} levels.`);
    } else if (character === 0x7d || character === 0x5d) {
      open.pop();
    } else if (character === QUOTE) {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names && isFollowedByColon(text, end)) {
        const name = String(JSON.parse(text.slice(at, end + 1)));
        if (names.has(name)) {
          throw new ReceiptError(
            `The JSON gives the member ${JSON.stringify(name)} twice in one object (character ${at}). ` +
              'Programs disagree on which of them counts: keep one.',
          );
        }
        names.add(name);
      }
      at = end;
    }
  }
}

/**
 * JSON.parse for untrusted text. Throws ReceiptError where the text is not JSON, is nested deeper than MAX_DEPTH, or
 * repeats a member in an object (RFC 7493, section 2.3).
 */
export function parseJson(text: string): JsonValue {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new ReceiptError(`Not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  refuseRepeatsAndDepth(text);
  return value;
}
