import { CairnError } from '@cairn/contracts';

/** An error that PostgreSQL answered, with the fields that callers act on. Both adapters throw it. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** SQLSTATE, as `23505`. */
  readonly code: string;
  /** The constraint that was violated. */
  readonly constraint: string | undefined;

  constructor(message: string, code: string, constraint?: string) {
    super(message);
    this.code = code;
    this.constraint = constraint;
  }
}

/** What an adapter's driver tells of an error that PostgreSQL answered. */
export interface ServerError {
  message: string;
  code: string;
  detail?: string | undefined;
  constraint?: string | undefined;
}

const diskFull = '53100';
const uniqueViolation = '23505';

/** The error to throw for one that PostgreSQL answered: CairnError `disk-full`, or {@link DatabaseError}. */
export function fromServer({ message, code, detail, constraint }: ServerError): Error {
  if (code === diskFull) return databaseDiskFull(message);
  return new DatabaseError(detail === undefined ? message : `${message} (${detail})`, code, constraint);
}

/** The error for a database that finds no space for what it has to write. */
export function databaseDiskFull(cause: unknown): CairnError {
  return new CairnError('disk-full', 'There is no space left for the database.', {
    action: 'Free some space on the disk of the state folder and try again.',
    cause,
  });
}

/** Whether an error says that a row with that key is there already; `constraint` narrows it to one index. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    error instanceof DatabaseError &&
    error.code === uniqueViolation &&
    (constraint === undefined || error.constraint === constraint)
  );
}
