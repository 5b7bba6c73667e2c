import { InvalidArgumentError } from 'commander';

/** A port number, 0 to 65535. */
export function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

/** A finite number. */
export function readNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('A number is wanted.');
  return value;
}

/** How many of something: a whole number above 0. */
export function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('A whole number above 0 is wanted.');
  return count;
}

/** `MODEL/NUMBER`. */
export function readVersionRef(text: string): { model: string; version: number } {
  const match = /^([a-z0-9][a-z0-9._-]{0,99})\/([1-9][0-9]{0,8})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('A version is written MODEL/NUMBER, as building-detector/1.');
  return { model: match[1]!, version: Number(match[2]) };
}

/** `key=value` pairs, gathered; numbers and booleans are read as such. */
export function readSetting(
  text: string,
  gathered: Record<string, number | string | boolean>,
): Record<string, number | string | boolean> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('A setting is written NAME=VALUE.');
  const value = text.slice(at + 1);
  const number = Number(value);
  const read =
    value === 'true'
      ? true
      : value === 'false'
        ? false
        : value.trim() !== '' && Number.isFinite(number)
          ? number
          : value;
  return { ...gathered, [text.slice(0, at)]: read };
}
