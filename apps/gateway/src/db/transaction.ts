import { AsyncLocalStorage } from 'node:async_hooks';
import type { Queryable } from './database.ts';

/** A connection that one caller has for itself. */
export interface Connection extends Queryable {
  /** Runs a script without parameters and answers the command of its last statement, as `COMMIT`. */
  execute(sql: string): Promise<string>;
}

/**
 * The rules of transactions, the same for both adapters: `work` is committed when it resolves and rolled back when it
 * throws; a statement that failed and was swallowed fails the whole; the database itself is refused within `work` (it
 * would wait for its own transaction, or speak outside it); the transaction is of no use after its end.
 */
export class Transactions {
  readonly #current = new AsyncLocalStorage<{ open: boolean }>();

  /** Throws where the caller sits inside a transaction of this database. */
  refuseWithin(): void {
    if (this.#current.getStore()?.open === true) {
      throw new Error('The database was asked inside a transaction: ask the transaction (tx) instead.');
    }
  }

  /** Runs `work` in a transaction of a connection. */
  async run<T>(connection: Connection, work: (tx: Queryable) => Promise<T>): Promise<T> {
    const state = { open: true };
    let failed: unknown;
    const tx: Queryable = {
      query: async (sql, parameters) => {
        if (!state.open) throw new Error('The transaction has ended.');
        try {
          return await connection.query(sql, parameters);
        } catch (error) {
          failed ??= error;
          throw error;
        }
      },
    };
    await connection.execute('begin');
    let result: T;
    try {
      result = await this.#current.run(state, () => work(tx));
    } catch (error) {
      state.open = false;
      await rollBack(connection);
      throw error;
    }
    state.open = false;
    // PostgreSQL answers ROLLBACK, and no error, to the commit of a transaction in which a statement failed.
    if ((await connection.execute('commit')) !== 'COMMIT') throw failed;
    return result;
  }

  /** Runs a script in a transaction, and leaves role and settings of the connection as they were. */
  async script(connection: Connection, sql: string): Promise<void> {
    await connection.execute('begin');
    try {
      await connection.execute(sql);
      await connection.execute('commit');
    } catch (error) {
      await rollBack(connection);
      throw error;
    } finally {
      await connection.execute('reset all; reset role').catch(ignoreBroken);
    }
  }
}

function rollBack(connection: Connection): Promise<unknown> {
  return connection.execute('rollback').catch(ignoreBroken);
}

/** Only a connection that has broken refuses these; its adapter replaces it, and the error before tells why. */
function ignoreBroken(): void {
  return undefined;
}
