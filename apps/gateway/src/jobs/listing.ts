import { CairnError, type JobStatus, type ProcessId, StatusInfo } from '@cairn/contracts';
import { Type, type Static } from 'typebox';
import { Link } from './description.ts';
import type { JobFilter } from './job-store.ts';

const statuses: readonly JobStatus[] = ['accepted', 'running', 'successful', 'failed', 'dismissed'];
const largestPage = 1000;
const list = (description: string) => Type.Optional(Type.String({ maxLength: 1000, description }));

/** Which jobs are asked for (OGC API - Processes 1.0, job list); several conditions hold together. */
export const JobsQuery = Type.Object(
  {
    type: list('`process`, the only type that there is'),
    processID: list('of these processes, separated by commas'),
    status: list(`in these states, separated by commas: ${statuses.join(', ')}`),
    account: Type.Optional(Type.String({ maxLength: 100, description: 'asked for by this account' })),
    datetime: list('created within: an RFC 3339 time, or FROM/TO with .. for an open end'),
    minDuration: Type.Optional(Type.Integer({ minimum: 0, description: 'seconds that it ran at least' })),
    maxDuration: Type.Optional(Type.Integer({ minimum: 0, description: 'seconds that it ran at most' })),
    limit: Type.Optional(Type.Integer({ default: 100, minimum: 1, description: `of a page; ${largestPage} at most` })),
    cursor: Type.Optional(Type.String({ pattern: cursorPattern(), description: 'that of a `next` link' })),
  },
  { additionalProperties: false },
);
export type JobsQuery = Static<typeof JobsQuery>;

/** A page of jobs, the newest first; with a `next` link where there are more. */
export const JobList = Type.Object({ jobs: Type.Array(StatusInfo), links: Type.Array(Link) });

/**
 * Reads what is asked for.
 * @param process reads the name of a process; throws where there is none.
 * @throws CairnError `input-invalid`
 */
export function filterOf(query: JobsQuery, process: (id: string) => ProcessId): JobFilter {
  const types = split(query.type);
  const wanted = split(query.status)?.map(readStatus);
  return {
    limit: Math.min(query.limit ?? 100, largestPage),
    ...(types === undefined || types.includes('process') ? {} : { nothing: true }),
    ...(query.processID === undefined ? {} : { processes: split(query.processID)!.map(process) }),
    ...(wanted === undefined ? {} : { statuses: wanted }),
    ...(query.account === undefined ? {} : { account: query.account }),
    ...readInterval(query.datetime),
    ...(query.minDuration === undefined ? {} : { minSeconds: query.minDuration }),
    ...(query.maxDuration === undefined ? {} : { maxSeconds: query.maxDuration }),
    ...(query.cursor === undefined ? {} : { after: readCursor(query.cursor) }),
  };
}

/** The address of a list with other parameters: those of the query, and where it goes on. */
export function listAddress(base: string, query: JobsQuery, next?: { micros: number; id: string }): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (name !== 'cursor' || next === undefined) parameters.set(name, String(value));
  }
  if (next !== undefined) parameters.set('cursor', `${next.micros}.${next.id}`);
  return `${base}/jobs${parameters.size === 0 ? '' : `?${parameters.toString()}`}`;
}

function cursorPattern(): string {
  return '^[0-9]{1,16}\\.[0-9a-f-]{36}$';
}

function readCursor(cursor: string): { micros: number; id: string } {
  const at = cursor.indexOf('.');
  return { micros: Number(cursor.slice(0, at)), id: cursor.slice(at + 1) };
}

function split(text: string | undefined): string[] | undefined {
  return text?.split(',').map((part) => part.trim());
}

function readStatus(text: string): JobStatus {
  const status = statuses.find((known) => known === text);
  if (status !== undefined) return status;
  throw new CairnError('input-invalid', `There is no status ${text}.`, {
    where: 'querystring/status',
    action: `Ask for some of these: ${statuses.join(', ')}.`,
  });
}

function readInterval(text: string | undefined): { from?: Date; to?: Date } {
  if (text === undefined) return {};
  const [from = '', to = from, ...rest] = text.split('/');
  if (rest.length > 0) throw wrongTime(text);
  const start = readTime(from, text);
  const end = readTime(to, text);
  return { ...(start === undefined ? {} : { from: start }), ...(end === undefined ? {} : { to: end }) };
}

function readTime(part: string, whole: string): Date | undefined {
  if (part === '..' || part === '') return undefined;
  const time = new Date(part);
  if (/^\d{4}-\d\d-\d\dT/i.test(part) && !Number.isNaN(time.getTime())) return time;
  throw wrongTime(whole);
}

function wrongTime(text: string): CairnError {
  return new CairnError('input-invalid', `${text} is no time and no interval.`, {
    where: 'querystring/datetime',
    action: 'Give a time as 2026-11-27T08:00:00Z, or an interval as 2026-11-27T08:00:00Z/.. ',
  });
}
