import type { FeedbackInfo } from '@cairn/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Feedback, mostInAnHour } from '../../src/feedback/feedback.ts';
import { feedbackRoutes } from '../../src/feedback/routes.ts';
import { startIdentity } from '../identity/gateway.ts';

let gateway: Awaited<ReturnType<typeof startIdentity>>;
let mapper = '';
beforeAll(async () => {
  gateway = await startIdentity((database) => [feedbackRoutes({ feedback: new Feedback({ database }) })]);
  mapper = await signedIn('mira');
});
afterAll(() => gateway.close());

async function signedIn(id: string): Promise<string> {
  const password = 'correct horse battery';
  await ask('POST', '/accounts', gateway.token, { id, roles: ['mapper'], password });
  return (await ask('POST', '/session', null, { account: id, password })).cookies[0]!.value;
}

function ask(method: 'GET' | 'POST', url: string, token: string | null, payload?: object) {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  return gateway.app.inject({
    method,
    url,
    headers: { host: '127.0.0.1', ...authorization },
    ...(payload === undefined ? {} : { payload }),
  });
}

const receipt = `sha256:${'ab'.repeat(32)}`;
const said = { rating: 2, words: ' Two roofs came out as one. ', view: '#/predictions/0a?least=0.5', receipt };

test('what a mapper says is kept with the view and the receipt, and nothing of the mapper but the account', async () => {
  const answer = await ask('POST', '/feedback', mapper, said);
  expect(answer.statusCode).toBe(201);
  const [told] = (await ask('GET', '/feedback', gateway.token)).json<FeedbackInfo[]>();
  expect(told).toEqual({ ...said, id: told!.id, at: told!.at, actor: 'mira', words: 'Two roofs came out as one.' });
  const columns = await gateway.database.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_schema = 'cairn' and table_name = 'feedback'`,
  );
  expect(columns.map(({ name }) => name).sort()).toEqual(['actor', 'at', 'rating', 'receipt', 'seq', 'view', 'words']);
  const events = await gateway.database.query('select actor, kind, data from cairn.event where subject = $1', [
    `feedback:${told!.id}`,
  ]);
  expect(events).toEqual([{ actor: 'mira', kind: 'feedback.given', data: { rating: 2 } }]);
});

test.each<[string, object]>([
  ['no rating', { view: '#/' }],
  ['a rating beyond the scale', { rating: 6, view: '#/' }],
  ['words without end', { rating: 1, view: '#/', words: 'a'.repeat(2001) }],
  ['a view of another host', { rating: 1, view: 'https://example.org/#/' }],
  ['a view with a token in it', { rating: 1, view: '#/?area=1&token=secret' }],
  ['something that is no receipt', { rating: 1, view: '#/', receipt: 'sha256:1' }],
  ['more than is asked for', { rating: 1, view: '#/', email: 'mira@example.org' }],
])('%s is refused as the input of the caller', async (_name, payload) => {
  const answer = await ask('POST', '/feedback', mapper, payload);
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([400, 'input-invalid']);
});

test('a body beyond all measure is refused before it is read', async () => {
  const answer = await ask('POST', '/feedback', mapper, { rating: 1, view: '#/', words: 'a'.repeat(20_000) });
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([413, 'too-large']);
});

test('only administrators read it, and nobody who is not signed in says anything', async () => {
  expect((await ask('GET', '/feedback', mapper)).statusCode).toBe(403);
  expect((await ask('GET', '/feedback.csv', mapper)).statusCode).toBe(403);
  expect((await ask('POST', '/feedback', null, said)).statusCode).toBe(401);
});

test('as CSV it opens in a spreadsheet, and nothing that was said is a formula there', async () => {
  await ask('POST', '/feedback', mapper, { rating: 5, view: '#/', words: '=HYPERLINK("http://x","y")\nand more' });
  const { headers, body } = await ask('GET', '/feedback.csv?limit=1', gateway.token);
  expect(headers['content-type']).toContain('text/csv');
  const [names, ...lines] = body.split('\r\n');
  expect(names).toBe('id,at,actor,rating,words,view,receipt');
  expect(lines.join('\r\n')).toMatch(/^\d+,[^,]+,mira,5,"'=HYPERLINK\(""http:\/\/x"",""y""\)\nand more",#\/,\r\n$/);
});

test('the newest comes first, and older ones follow the last that was told', async () => {
  const [first, second] = (await ask('GET', '/feedback?limit=2', gateway.token)).json<FeedbackInfo[]>();
  expect(first!.id).toBeGreaterThan(second!.id);
  const older = (await ask('GET', `/feedback?before=${first!.id}`, gateway.token)).json<FeedbackInfo[]>();
  expect(older[0]).toEqual(second);
});

test('an account that says too much in an hour is stopped, however many it says at once, and others are not', async () => {
  const wild = await signedIn('wild');
  const answers = await Promise.all(
    Array.from({ length: mostInAnHour + 5 }, () => ask('POST', '/feedback', wild, { rating: 3, view: '#/' })),
  );
  const kept = answers.filter(({ statusCode }) => statusCode === 201);
  expect(kept).toHaveLength(mostInAnHour);
  const refused = answers.find(({ statusCode }) => statusCode !== 201)!;
  expect(refused.json<{ code: string; status: number }>()).toMatchObject({ code: 'too-much-feedback', status: 429 });
  expect((await ask('POST', '/feedback', mapper, said)).statusCode).toBe(201);
});
