import { CairnError } from '@cairn/contracts';
import pg from 'pg';
import type { Database, Queryable } from '../database.ts';
import { settings } from '../settings.ts';
import { Transactions } from '../transaction.ts';
import { parsers } from '../values.ts';
import { type ParameterTypes, Session } from './session.ts';

/** Which server, and how many connections at most. */
export interface PostgresOptions {
  /** As `postgres://user:password@host:port/database`. The user may create roles and extensions. */
  url: string;
  connections?: number;
}

/** A PostgreSQL server with PostGIS, behind a pool of connections. */
export class PostgresDatabase implements Database {
  readonly #pool: pg.Pool;
  readonly #transactions = new Transactions();
  readonly #types: ParameterTypes = new Map();

  private constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Connects. @throws CairnError `database-unavailable` where the server does not answer or lets nobody in. */
  static async open({ url, connections = 8 }: PostgresOptions): Promise<PostgresDatabase> {
    const pool = new pg.Pool({
      connectionString: url,
      max: connections,
      options: settings.map((setting) => `-c ${setting}`).join(' '),
      types: {
        getTypeParser: (type, format) =>
          parsers[type] ?? (pg.types.getTypeParser(type, format) as (text: string) => unknown),
      },
    });
    // A connection that breaks while nobody uses it is replaced by the next that is asked for.
    pool.on('error', () => undefined);
    const database = new PostgresDatabase(pool);
    await database.query('select 1');
    return database;
  }

  query<Row = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.#lend((session) => session.query<Row>(sql, parameters));
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.#lend((session) => this.#transactions.run(session, work));
  }

  script(sql: string): Promise<void> {
    return this.#lend((session) => this.#transactions.script(session, sql));
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #lend<T>(work: (session: Session) => Promise<T>): Promise<T> {
    this.#transactions.refuseWithin();
    const client = await this.#pool.connect().catch((cause: unknown) => {
      throw unavailable(cause, this.#pool.options);
    });
    // Errors of a lent connection reach whoever asked; without a listener they would end the process as well.
    let broken = false;
    const breaks = () => {
      broken = true;
    };
    client.on('error', breaks).on('end', breaks);
    try {
      return await work(new Session(client, this.#types));
    } finally {
      client.off('error', breaks).off('end', breaks);
      client.release(broken);
    }
  }
}

function unavailable(cause: unknown, { connectionString = '' }: pg.PoolOptions): CairnError {
  // Of the address only what is no secret.
  const { host, pathname } = new URL(connectionString);
  const { message, errors } = cause as AggregateError;
  // A name with several addresses fails once for each, without words of its own.
  const words = message === '' ? errors.map(String).join('; ') : message;
  return new CairnError('database-unavailable', `PostgreSQL at ${host} lets nobody in: ${words}.`, {
    where: `${host}${pathname}`,
    action: 'See whether it runs, and whether the user and password of CAIRN_DATABASE_URL fit it; then try again.',
    cause,
  });
}
