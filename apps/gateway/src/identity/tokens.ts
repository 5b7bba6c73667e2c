import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { CairnError, type IssuedToken, type NewToken, type TokenInfo } from '@cairn/contracts';
import type { Database, Queryable } from '../db/database.ts';
import { type Actor, type Role, roles as allRoles } from './actor.ts';
import { recordEvent } from './events.ts';

type TokenKind = 'owner' | 'session' | 'job' | 'api';

/** Who speaks by a token, and what kind of token it is. */
interface Speaker {
  actor: Actor;
  kind: TokenKind;
}

interface SpeakerRow {
  account: string;
  kind: TokenKind;
  job: string | null;
  /** Of the token; null: those of its account. */
  limits: Role[] | null;
  roles: Role[];
}

interface ApiTokenRow {
  id: string;
  account: string;
  name: string;
  created: Date;
  expires: Date;
  roles: Role[] | null;
}

/** The account of whoever holds the state folder; on a laptop the single one. */
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
  readonly #recent = new Map<string, Speaker & { until: number }>();

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
      await tx.query(`delete from cairn.token where kind = 'owner' and digest <> $1`, [digest]);
      // Another gateway that has the same token may start at once.
      const issued = await tx.query(
        `insert into cairn.token (digest, account, kind) values ($1, $2, 'owner') on conflict (digest) do nothing
         returning digest`,
        [digest, owner.id],
      );
      if (issued.length === 0) return;
      await recordEvent(tx, owner, { kind: 'token.issued', subject: `account:${owner.id}`, data: { kind: 'owner' } });
    });
    this.forget();
  }

  /** Who speaks by a token; undefined where nobody does: it is unknown, has run out, or its account is disabled. */
  async resolve(token: string): Promise<Actor | undefined> {
    return (await this.#speaker(token))?.actor;
  }

  /** Who may open a browser's session by a token; not who holds one of a job or the API, which the session would outlive. */
  async resolveForSession(token: string): Promise<Actor | undefined> {
    const speaker = await this.#speaker(token);
    return speaker?.kind === 'owner' || speaker?.kind === 'session' ? speaker.actor : undefined;
  }

  /** Reads every token anew: an account has changed. */
  forget(): void {
    this.#recent.clear();
  }

  async #speaker(token: string): Promise<Speaker | undefined> {
    if (!pattern.test(token)) return undefined;
    const digest = digestOf(token);
    const recent = this.#recent.get(digest);
    if (recent !== undefined && recent.until > Date.now()) return recent;
    const [row] = await this.#database.query<SpeakerRow>(
      `select t.account, t.kind, t.job, t.roles as limits, a.roles from cairn.token t join cairn.account a on a.id = t.account
       where t.digest = $1 and not a.disabled and (t.expires is null or t.expires > clock_timestamp())`,
      [digest],
    );
    this.#recent.delete(digest);
    if (row === undefined) return undefined;
    const { limits } = row;
    const roles = limits === null ? row.roles : row.roles.filter((role) => limits.includes(role));
    const actor: Actor = row.job === null ? { id: row.account, roles } : { id: row.account, roles: [], jobId: row.job };
    if (this.#recent.size >= known.atMost) this.#recent.clear();
    this.#recent.set(digest, { actor, kind: row.kind, until: Date.now() + known.forMs });
    return { actor, kind: row.kind };
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
    this.forget();
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

  /**
   * A token for programs, or for a person at a command line; this is the only time that it is told. It may do at most what it
   * was made for, what its account may when it speaks, and, but for an administrator, what whoever asks for it may: a token
   * of few roles makes none of more.
   * @param asked whose it is, left out: their own; for others an administrator asks.
   * @throws CairnError `not-allowed`, `not-found`, `input-invalid` for roles that the account does not have.
   */
  async issueApi({ account = '', name, days, roles }: NewToken, actor: Actor): Promise<IssuedToken> {
    const id = account === '' ? actor.id : account;
    const isAdministrator = actor.roles.includes('administrator');
    if (id !== actor.id && !isAdministrator) throw notYours(id);
    const token = newToken();
    const row = await this.#database.transaction(async (tx) => {
      const [held] = await tx.query<{ roles: Role[] }>('select roles from cairn.account where id = $1', [id]);
      if (held === undefined) {
        throw new CairnError('not-found', `There is no account ${JSON.stringify(id)}.`, { where: '/account' });
      }
      const most = isAdministrator ? held.roles : held.roles.filter((role) => actor.roles.includes(role));
      const beyond = roles?.find((role) => !most.includes(role));
      if (beyond !== undefined) throw beyondAccount(id, beyond, most);
      const [made] = await tx.query<ApiTokenRow>(
        `insert into cairn.token (digest, account, kind, id, name, expires, roles)
         values ($1, $2, 'api', $3, $4, clock_timestamp() + make_interval(days => $5), $6)
         returning id, account, name, created, expires, roles`,
        [digestOf(token), id, randomUUID(), name, days, roles ?? (most.length < held.roles.length ? most : null)],
      );
      await recordEvent(tx, actor, {
        kind: 'token.issued',
        subject: `account:${id}`,
        data: {
          ...{ kind: 'api', id: made!.id, name, expires: made!.expires.toISOString() },
          ...(made!.roles === null ? {} : { roles: made!.roles }),
        },
      });
      return made!;
    });
    return { ...toInfo(row), token };
  }

  /** The API tokens of an account that are still valid, or of all; the newest first. */
  async listApi(account: string | undefined): Promise<TokenInfo[]> {
    const rows = await this.#database.query<ApiTokenRow>(
      `select id, account, name, created, expires, roles from cairn.token
       where kind = 'api' and expires > clock_timestamp() and ($1::text is null or account = $1)
       order by created desc, id`,
      [account ?? null],
    );
    return rows.map(toInfo);
  }

  /**
   * Ends an API token: one's own, or anybody's as an administrator.
   * @throws CairnError `not-found`, also where it is somebody else's.
   */
  async revokeApi(id: string, actor: Actor): Promise<void> {
    await this.#database.transaction(async (tx) => {
      const [row] = await tx.query<{ account: string; name: string }>(
        `delete from cairn.token where kind = 'api' and id = $1 and ($2 or account = $3) returning account, name`,
        [id, actor.roles.includes('administrator'), actor.id],
      );
      if (row === undefined) {
        throw new CairnError('not-found', `You have no token ${JSON.stringify(id)}.`, {
          where: id,
          action: 'GET /tokens lists those that you may revoke.',
        });
      }
      await recordEvent(tx, actor, {
        kind: 'token.revoked',
        subject: `account:${row.account}`,
        data: { id, name: row.name },
      });
    });
    this.forget();
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

function toInfo({ id, account, name, created, expires, roles }: ApiTokenRow): TokenInfo {
  const times = { created: created.toISOString(), expires: expires.toISOString() };
  return { id, account, name, ...times, ...(roles === null ? {} : { roles }) };
}

function beyondAccount(account: string, role: Role, most: readonly Role[]): CairnError {
  return new CairnError('input-invalid', `A token of ${account} cannot have the role ${role}.`, {
    where: '/roles',
    action: `Choose from these: ${most.join(', ')}.`,
  });
}

function notYours(account: string): CairnError {
  return new CairnError('not-allowed', `Only an administrator may ask for a token of ${account}.`, {
    where: '/account',
    action: 'Leave the account out for a token of your own.',
  });
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
