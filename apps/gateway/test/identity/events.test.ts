import { CairnClient, type EventInfo, type EventPage } from '@cairn/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EventLog } from '../../src/identity/event-log.ts';
import { eventRoutes } from '../../src/identity/event-routes.ts';
import { recordEvent } from '../../src/identity/events.ts';
import { startIdentity } from './gateway.ts';

let gateway: Awaited<ReturnType<typeof startIdentity>>;
let client: CairnClient;
beforeAll(async () => {
  gateway = await startIdentity((database) => [
    eventRoutes({ log: new EventLog({ database }), stream: { every: 5, keepAlive: 50 } }),
  ]);
  client = new CairnClient({
    address: await gateway.app.listen({ host: '127.0.0.1', port: 0 }),
    token: gateway.token,
  });
  for (let number = 1; number <= 5; number++) await happens('bikash', 'version.approved', `version:roofs/${number}`);
  await happens('amina', 'job.accepted', 'job:1');
  await happens('amina', 'job.ended', 'job:1');
  await happens('amina', 'jobless', 'job:100%');
});
afterAll(() => gateway.close());

const happens = (id: string, kind: string, subject: string) =>
  recordEvent(gateway.database, { id }, { kind, subject, data: { about: subject } });
const get = (url: string, token = gateway.token) =>
  gateway.app.inject({ url, headers: { host: '127.0.0.1', authorization: `Bearer ${token}` } });

describe('the event log', () => {
  test('is told page by page, the newest first, each event once', async () => {
    const subjects: string[] = [];
    let before: number | undefined;
    do {
      const page: EventPage = await client.events({ kind: 'version', limit: 2, ...(before ? { before } : {}) });
      subjects.push(...page.events.map(({ subject }) => subject));
      before = page.next;
    } while (before !== undefined);
    expect(subjects).toEqual([5, 4, 3, 2, 1].map((number) => `version:roofs/${number}`));
  });

  test('is filtered by subject, kind or its noun, account and time', async () => {
    const kinds = async (selection: Parameters<typeof client.events>[0]) =>
      (await client.events(selection)).events.map(({ kind }) => kind);
    expect(await kinds({ subject: 'roofs/3' })).toEqual(['version.approved']);
    expect(await kinds({ subject: '%' })).toEqual(['jobless']);
    expect(await kinds({ kind: 'job' })).toEqual(['job.ended', 'job.accepted']);
    expect(await kinds({ kind: 'job.ended' })).toEqual(['job.ended']);
    expect(await kinds({ account: 'amina', kind: 'job' })).toHaveLength(2);
    expect(await kinds({ from: '2999-01-01T00:00:00Z' })).toEqual([]);
    expect(await kinds({ to: '2000-01-01T00:00:00Z' })).toEqual([]);
    // The second that some years have at their end.
    expect(await kinds({ to: '2016-12-31T23:59:60Z' })).toEqual([]);
    expect((await get('/events?from=yesterday')).statusCode).toBe(400);
    expect((await get('/events?colour=red')).statusCode).toBe(400);
  });

  test('is followed as it is written, behind the last event that was seen, through the same filter', async () => {
    const [last] = (await client.events({ limit: 1 })).events;
    const controller = new AbortController();
    const seen: EventInfo[] = [];
    await happens('amina', 'job.accepted', 'job:2');
    for await (const event of client.followEvents({ account: 'amina' }, controller.signal, last!.seq)) {
      seen.push(event);
      if (seen.length === 1) {
        await happens('bikash', 'job.accepted', 'job:3');
        await happens('amina', 'job.ended', 'job:2');
      } else break;
    }
    controller.abort();
    expect(seen.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual(['job.accepted job:2', 'job.ended job:2']);
    expect(seen[0]).toMatchObject({ account: 'amina', data: { about: 'job:2' } });
  });

  test('tells an event whose transaction ended behind a later one, and none twice', async () => {
    const news = new EventLog(gateway).follower({ kind: 'late' });
    expect(await news()).toEqual([]);
    // A transaction that has its place already, and ends behind the next.
    const [place] = await gateway.database.query<{ seq: number }>(
      `select nextval(pg_get_serial_sequence('cairn.event', 'seq')) as seq`,
    );
    await happens('amina', 'late', 'second');
    expect((await news()).map(({ subject }) => subject)).toEqual(['second']);
    await gateway.database.query(
      `insert into cairn.event (seq, actor, kind, subject) overriding system value values ($1, 'amina', 'late', 'first')`,
      [place!.seq],
    );
    expect((await news()).map(({ subject }) => subject)).toEqual(['first']);
    expect(await news()).toEqual([]);
  });

  test('is for administrators', async () => {
    await gateway.accounts.add({ id: 'devi', roles: ['scientist'] }, { id: 'owner', roles: ['administrator'] });
    const asked = { account: 'devi', name: 'x', days: 1 };
    const { token } = await gateway.tokens.issueApi(asked, { id: 'owner', roles: ['administrator'] });
    expect((await get('/events', token)).statusCode).toBe(403);
  });
});
