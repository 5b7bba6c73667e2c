import type pg from 'pg';
import { databaseDiskFull, fromServer } from '../database-error.ts';
import type { Connection } from '../transaction.ts';
import { isJson } from '../values.ts';

/** Types of a statement's parameters, by its text: known once for all connections, since the schema gives them. */
export type ParameterTypes = Map<string, readonly number[]>;

/** One connection of the pool, lent to one caller. */
export class Session implements Connection {
  readonly #client: pg.PoolClient;
  readonly #types: ParameterTypes;

  constructor(client: pg.PoolClient, types: ParameterTypes) {
    this.#client = client;
    this.#types = types;
  }

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    try {
      const values = await this.#encode(sql, parameters);
      return (await this.#client.query(sql, values)).rows as Row[];
    } catch (error) {
      throw asDatabaseError(error);
    }
  }

  async execute(sql: string): Promise<string> {
    try {
      // The driver answers a script of several statements with a list, which its types do not tell.
      const results = [(await this.#client.query(sql)) as unknown as pg.QueryResult | pg.QueryResult[]].flat();
      return results.at(-1)?.command ?? '';
    } catch (error) {
      throw asDatabaseError(error);
    }
  }

  /** A list is an array of PostgreSQL or a piece of JSON, which only the parameter's type tells: the server is asked. */
  async #encode(sql: string, parameters: readonly unknown[]): Promise<unknown[]> {
    if (!parameters.some(Array.isArray)) return [...parameters];
    const types = this.#types.get(sql) ?? (await this.#describe(sql));
    return parameters.map((value, i) =>
      Array.isArray(value) && isJson(types[i] ?? 0) ? JSON.stringify(value) : value,
    );
  }

  async #describe(sql: string): Promise<readonly number[]> {
    await this.#client.query(`prepare cairn_describe as ${sql}`);
    const { rows } = await this.#client.query<{ types: number[] }>(
      `select parameter_types::oid[]::int8[]::int4[] as types from pg_prepared_statements where name = 'cairn_describe'`,
    );
    await this.#client.query('deallocate cairn_describe');
    const types = rows[0]?.types ?? [];
    this.#types.set(sql, types);
    return types;
  }
}

/** The error to throw for one of the driver. */
export function asDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  if (error.code === 'ENOSPC') return databaseDiskFull(error);
  if (!('severity' in error)) return error;
  const { message, code, detail, constraint } = error as Error & { code: string; detail?: string; constraint?: string };
  return fromServer({ message, code, detail, constraint });
}
