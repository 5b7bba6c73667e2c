import {
  type AccountChange,
  type AccountInfo,
  CairnError,
  type NewAccount,
  type PasswordChange,
} from '@cairn/contracts';
import type { Database, Queryable } from '../db/database.ts';
import { isUniqueViolation } from '../db/database-error.ts';
import type { Actor, Role } from './actor.ts';
import { Attempts } from './attempts.ts';
import { recordEvent } from './events.ts';
import { hashPassword, isPassword } from './password.ts';
import { owner, type Tokens } from './tokens.ts';

interface AccountRow {
  id: string;
  roles: Role[];
  password: string | null;
  disabled: boolean;
  created: Date;
}

/**
 * The people of an installation. An account is never deleted, since receipts name it; a disabled one cannot sign in and none
 * of its tokens speaks. The owner of the state folder stays an enabled administrator, for the folder's token speaks for them.
 */
export class Accounts {
  readonly #database: Database;
  readonly #tokens: Tokens;
  readonly #attempts: Attempts;

  constructor(options: { database: Database; tokens: Tokens; attempts?: Attempts }) {
    this.#database = options.database;
    this.#tokens = options.tokens;
    this.#attempts = options.attempts ?? new Attempts();
  }

  /** Every account, by name. */
  async list(): Promise<AccountInfo[]> {
    return (await this.#database.query<AccountRow>('select * from cairn.account order by id')).map(toInfo);
  }

  /** Whether somebody can sign in by a password: what a gateway that others reach must have. */
  async anyPassword(): Promise<boolean> {
    const [row] = await this.#database.query(
      'select from cairn.account where password is not null and not disabled limit 1',
    );
    return row !== undefined;
  }

  /** Adds an account. @throws CairnError `conflict` where the name is taken. */
  async add({ id, roles, password }: NewAccount, actor: Actor): Promise<AccountInfo> {
    const kept = password === undefined ? null : await hashPassword(password);
    try {
      return await this.#database.transaction(async (tx) => {
        const [row] = await tx.query<AccountRow>(
          'insert into cairn.account (id, roles, password) values ($1, $2, $3) returning *',
          [id, roles, kept],
        );
        await recordEvent(tx, actor, { kind: 'account.created', subject: accountSubject(id), data: { roles } });
        return toInfo(row!);
      });
    } catch (cause) {
      if (!isUniqueViolation(cause)) throw cause;
      throw new CairnError('conflict', `There is an account ${id} already.`, {
        where: '/id',
        action: 'Choose another name; a disabled account keeps its own, and can be enabled again.',
        cause,
      });
    }
  }

  /**
   * Changes roles, disables or enables; it holds from the next request on.
   * @throws CairnError `not-found`, `conflict` where it would leave the owner without administration.
   */
  async change(id: string, change: AccountChange, actor: Actor): Promise<AccountInfo> {
    if (id === owner.id && (change.disabled === true || change.roles?.includes('administrator') === false)) {
      throw new CairnError('conflict', 'The owner of the state folder stays an administrator.', {
        where: id,
        action: "Whoever can read the folder's token could change it back: take other roles away, or change nobody.",
      });
    }
    const info = await this.#database.transaction(async (tx) => {
      await read(tx, id);
      const [row] = await tx.query<AccountRow>(
        'update cairn.account set roles = coalesce($2, roles), disabled = coalesce($3, disabled) where id = $1 returning *',
        [id, change.roles ?? null, change.disabled ?? null],
      );
      if (change.disabled === true) {
        await tx.query(`delete from cairn.token where account = $1 and kind = 'session'`, [id]);
      }
      await recordEvent(tx, actor, { kind: 'account.changed', subject: accountSubject(id), data: { ...change } });
      return toInfo(row!);
    });
    this.#tokens.forget();
    return info;
  }

  /**
   * Sets a password and ends the account's sessions. Everybody may change their own by naming the one that they have; an
   * administrator sets anybody's.
   * @throws CairnError `not-found`, `not-allowed`, `too-many-attempts`.
   */
  async setPassword(id: string, { password, current }: PasswordChange, actor: Actor): Promise<void> {
    if (!actor.roles.includes('administrator')) {
      if (actor.id !== id) {
        throw new CairnError('not-allowed', `The account ${actor.id} may not set the password of ${id}.`, {
          where: id,
          action: 'Ask an administrator.',
        });
      }
      const row = await read(this.#database, id);
      // Whoever has a password signs in with all roles of the account: a token of fewer must not give itself one.
      if (row.password === null && row.roles.some((role) => !actor.roles.includes(role))) {
        throw new CairnError(
          'not-allowed',
          `This token may do less than the account ${id}, and sets no password for it.`,
          {
            where: id,
            action: 'Use a token with all roles of the account, or ask an administrator.',
          },
        );
      }
      this.#attempts.begin(id);
      if (row.password !== null && !(await isPassword(row.password, current ?? ''))) {
        throw new CairnError('not-allowed', 'The password until now is not right.', {
          where: '/current',
          action: 'Give the password that you have; an administrator can set a new one without it.',
        });
      }
    }
    const kept = await hashPassword(password);
    await this.#database.transaction(async (tx) => {
      await read(tx, id);
      await tx.query('update cairn.account set password = $2 where id = $1', [id, kept]);
      await tx.query(`delete from cairn.token where account = $1 and kind = 'session'`, [id]);
      await recordEvent(tx, actor, { kind: 'account.password-set', subject: accountSubject(id) });
    });
    this.#attempts.succeeded(id);
    this.#tokens.forget();
  }

  /**
   * Who has this name and this password. An unknown name, a disabled account and one without a password take as long and
   * are told the same as a wrong password.
   * @throws CairnError `not-signed-in`, `too-many-attempts`.
   */
  async signIn(id: string, password: string): Promise<Actor> {
    this.#attempts.begin(id);
    const [row] = await this.#database.query<AccountRow>('select * from cairn.account where id = $1', [id]);
    const fits = await isPassword(row?.password ?? null, password);
    if (row === undefined || !fits || row.disabled) {
      throw new CairnError('not-signed-in', 'The name or the password is not right.', {
        where: '/account',
        action: 'Try again, or ask an administrator to set a new password.',
      });
    }
    this.#attempts.succeeded(id);
    return { id: row.id, roles: row.roles };
  }
}

/** What events about an account name as their subject. */
export function accountSubject(id: string): string {
  return `account:${id}`;
}

async function read(queryable: Queryable, id: string): Promise<AccountRow> {
  const [row] = await queryable.query<AccountRow>('select * from cairn.account where id = $1', [id]);
  if (row !== undefined) return row;
  throw new CairnError('not-found', `There is no account ${JSON.stringify(id)}.`, {
    where: id,
    action: 'GET /accounts lists those there are.',
  });
}

function toInfo({ id, roles, password, disabled, created }: AccountRow): AccountInfo {
  return { id, roles, hasPassword: password !== null, disabled, created: created.toISOString() };
}
