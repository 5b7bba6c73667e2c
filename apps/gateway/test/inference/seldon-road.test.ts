import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { headerLengthName } from '@cairn/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiRoad, directRoad, type Road } from '../../src/inference/backend/seldon/road.ts';
import { Kubernetes } from '../../src/kubernetes/kubernetes.ts';

let answer: (response: ServerResponse) => void;
let asked: { url: string | undefined; authorization: string | undefined; body: string }[];
let server: Server;
let roads: Record<'direct' | 'api', Road>;

beforeAll(async () => {
  server = createServer((request: IncomingMessage, response) => {
    void buffer(request).then((body) => {
      const { url, headers } = request;
      asked.push({ url, authorization: headers.authorization, body: body.toString() });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = { server: new URL(`${address}/clusters/home`), token: () => Promise.resolve('of the gateway') };
  roads = {
    direct: directRoad(`${address}/{namespace}/{service}/{port}`, 'graphs'),
    api: apiRoad(new Kubernetes({ access }), 'graphs'),
  };
});
afterAll(() => void server.close());

const message = {
  service: 'bright-graph',
  port: 8000,
  path: '/v2/models/infer',
  headers: {},
  body: Buffer.from('block'),
};

async function ask(road: 'direct' | 'api', told: typeof answer, signal = new AbortController().signal) {
  asked = [];
  answer = told;
  return roads[road](message, signal);
}

test('a gateway beside the graphs asks their services, one outside the API server, with its token', async () => {
  const told = (response: ServerResponse): void =>
    void response.writeHead(200, { [headerLengthName]: '3' }).end('answer');
  expect(await ask('direct', told)).toEqual({ bytes: Buffer.from('answer'), headerLength: 3 });
  const url = '/graphs/bright-graph/8000/v2/models/infer';
  expect(asked).toEqual([{ url, authorization: undefined, body: 'block' }]);
  expect(await ask('api', told)).toEqual({ bytes: Buffer.from('answer'), headerLength: 3 });
  const path = '/api/v1/namespaces/graphs/services/bright-graph:8000/proxy/v2/models/infer';
  expect(asked).toEqual([{ url: `/clusters/home${path}`, authorization: 'Bearer of the gateway', body: 'block' }]);
});

test.each(['direct', 'api'] as const)(
  'what is answered on the %s way in place of an answer keeps its name',
  async (road) => {
    const json = (status: number, body: object) => (response: ServerResponse) =>
      void response.writeHead(status).end(JSON.stringify(body));
    const problem = { code: 'model-output-invalid', detail: 'NaN', where: 'here' };
    await expect(ask(road, json(502, problem))).rejects.toMatchObject({ code: problem.code, message: 'NaN' });
    const away = (response: ServerResponse): void => void response.writeHead(502).end('<html>Bad Gateway</html>');
    await expect(ask(road, away)).rejects.toMatchObject({ code: 'serving-unavailable' });
    const none = json(503, { kind: 'Status', code: 503, message: 'no endpoints available for service "bright-graph"' });
    await expect(ask(road, none)).rejects.toMatchObject({
      code: 'serving-unavailable',
      message: expect.stringContaining('no endpoints') as string,
    });
    const forbidden = json(403, { kind: 'Status', code: 403, message: 'services "bright-graph" is forbidden' });
    await expect(ask(road, forbidden)).rejects.toMatchObject({ code: 'cluster-refused' });
    const executor = json(500, { status: { code: 500, info: 'connection refused', status: 'FAILURE' } });
    await expect(ask(road, executor)).rejects.toMatchObject({ code: 'serving-unavailable' });
    const given = new AbortController();
    const silent = ask(road, () => given.abort(new Error('the job was cancelled')), given.signal);
    await expect(silent).rejects.toThrow('the job was cancelled');
  },
);
