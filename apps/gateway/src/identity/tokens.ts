import { createHash, randomBytes } from 'node:crypto';
import type { Database, Queryable } from '../db/database.ts';
import { type Actor, type Role, roles as allRoles } from './actor.ts';
import { recordEvent } from './events.ts';

/** The single account of a laptop. */
export const owner: Actor = { id: 'owner', roles: allRoles };

/** How long a signed-in browser stays signed in. */
export const sessionSeconds = 30 * 24 * 3600;

const known = { forMs: 5000, atMost: 1000 };
const pattern = /^cairn_[A-Za-z0-9_-]{43}$/;

/**
 * Tokens: 256 random bits each, given out once. The database keeps their SHA-256 only, and they are looked up by it, so
 * that neither a stolen database nor the time that a comparison takes tells one.
 */
export class Tokens {
  readonly #database: Database;
  /** Tokens that were found lately, so that a map's tiles do not ask the database one by one. */
  readonly #recent = new Map<string, { actor: Actor; until: number }>();

  constructor(options: { database: Database }) {
    this.#database = options.database;
  }

  /** Makes sure that the account `owner` is there and that this token speaks for it, and no other owner's token does. */
  async ensureOwner(token: string): Promise<void> {
    const digest = digestOf(token);
    await this.#database.transaction(async (tx) => {
      const made = await tx.query(
        'insert into cairn.account (id, roles) values ($1, $2) on conflict (id) do nothing returning id',
        [owner.id, owner.roles],
      );
      if (made.length > 0) await recordEvent(tx, owner, { kind: 'account.created', subject: `account:${owner.id}` });
      const [held] = await tx.query('select from cairn.token where digest = $1', [digest]);
      if (held !== undefined) return;
      await tx.query(`delete from cairn.token where kind = 'owner'`);
      await tx.query(`insert into cairn.token (digest, account, kind) values ($1, $2, 'owner')`, [digest, owner.id]);
      await recordEvent(tx, owner, { kind: 'token.issued', subject: `account:${owner.id}`, data: { kind: 'owner' } });
    });
    this.#recent.clear();
  }

  /** Who speaks by a token; undefined where nobody does. */
  async resolve(token: string): Promise<Actor | undefined> {
    if (!pattern.test(token)) return undefined;
    const digest = digestOf(token);
    const recent = this.#recent.get(digest);
    if (recent !== undefined && recent.until > Date.now()) return recent.actor;
    const [row] = await this.#database.query<{ account: string; job: string | null; roles: Role[] }>(
      `select t.account, t.job, a.roles from cairn.token t join cairn.account a on a.id = t.account
       where t.digest = $1 and (t.expires is null or t.expires > clock_timestamp())`,
      [digest],
    );
    this.#recent.delete(digest);
    if (row === undefined) return undefined;
    const actor: Actor =
      row.job === null ? { id: row.account, roles: row.roles } : { id: row.account, roles: [], jobId: row.job };
    if (this.#recent.size >= known.atMost) this.#recent.clear();
    this.#recent.set(digest, { actor, until: Date.now() + known.forMs });
    return actor;
  }

  /** A token by which a job's steps speak: they reach MLflow and nothing else, until {@link revokeJob}. */
  async issueJob(tx: Queryable, jobId: string, actor: Pick<Actor, 'id'>): Promise<string> {
    const token = newToken();
    await tx.query(`insert into cairn.token (digest, account, kind, job) values ($1, $2, 'job', $3)`, [
      digestOf(token),
      actor.id,
      jobId,
    ]);
    return token;
  }

  /** Ends the tokens of a job. Called in the transaction that ends the job. */
  async revokeJob(tx: Queryable, jobId: string): Promise<void> {
    await tx.query('delete from cairn.token where job = $1', [jobId]);
    this.#recent.clear();
  }

  /** A token that a browser keeps in its cookie. */
  async issueSession(actor: Pick<Actor, 'id'>): Promise<string> {
    const token = newToken();
    await this.#database.transaction(async (tx) => {
      await tx.query(`delete from cairn.token where expires < clock_timestamp()`);
      await tx.query(
        `insert into cairn.token (digest, account, kind, expires)
         values ($1, $2, 'session', clock_timestamp() + make_interval(secs => $3))`,
        [digestOf(token), actor.id, sessionSeconds],
      );
      await recordEvent(tx, actor, { kind: 'session.started', subject: `account:${actor.id}` });
    });
    return token;
  }

  /** Ends a browser's session; a token of another kind is left as it is. */
  async revokeSession(token: string): Promise<void> {
    const digest = digestOf(token);
    await this.#database.transaction(async (tx) => {
      const [row] = await tx.query<{ account: string }>(
        `delete from cairn.token where digest = $1 and kind = 'session' returning account`,
        [digest],
      );
      if (row === undefined) return;
      await recordEvent(tx, { id: row.account }, { kind: 'session.ended', subject: `account:${row.account}` });
    });
    this.#recent.delete(digest);
  }
}

/** A new token: `cairn_` and 43 characters. */
export function newToken(): string {
  return `cairn_${randomBytes(32).toString('base64url')}`;
}

/** Whether a text has the form of a token. */
export function isToken(text: string): boolean {
  return pattern.test(text);
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
