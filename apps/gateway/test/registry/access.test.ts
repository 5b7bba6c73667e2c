import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Passenger, type Passage, refusal } from '../../src/registry/mlflow/access.ts';

const account: Passenger = { kind: 'account' };
const step: Passenger = { kind: 'job', runId: 'mine' };

function passage(method: string, address: string, body?: unknown): Passage {
  const { pathname, searchParams } = new URL(address, 'http://mlflow');
  return { method, path: decodeURIComponent(pathname), query: searchParams, body };
}
const ask = (who: Passenger, method: string, address: string, body?: unknown): boolean =>
  refusal(passage(method, address, body), who) === null;
const api = '/api/2.0/mlflow';

describe('an account at the door of MLflow', () => {
  it('reads pages, runs, artifacts and the registry', () => {
    for (const [method, address] of [
      ['GET', '/'],
      ['GET', '/static-files/static/js/main.js'],
      ['GET', '/get-artifact?path=card.md&run_uuid=any'],
      ['GET', `${api}/runs/get?run_id=any`],
      ['POST', `${api}/runs/search`],
      ['POST', '/ajax-api/2.0/mlflow/runs/search'],
      ['GET', '/ajax-api/2.0/mlflow/registered-models/search'],
      ['GET', '/api/2.0/mlflow-artifacts/artifacts/1/any/artifacts/model/model.onnx'],
    ] as const) {
      expect([method, address, ask(account, method, address, {})]).toEqual([method, address, true]);
    }
  });

  it('writes runs, but neither models, versions, aliases nor their tags', () => {
    expect(ask(account, 'POST', `${api}/runs/create`, {})).toBe(true);
    expect(ask(account, 'POST', `${api}/runs/log-batch`, { run_id: 'any' })).toBe(true);
    for (const call of [
      'registered-models/create',
      'registered-models/alias',
      'registered-models/rename',
      'model-versions/create',
      'model-versions/set-tag',
      'model-versions/transition-stage',
    ]) {
      expect([call, ask(account, 'POST', `${api}/${call}`, {})]).toEqual([call, false]);
      expect([call, ask(account, 'POST', `/ajax-api/2.0/mlflow/${call}`, {})]).toEqual([call, false]);
    }
    expect(ask(account, 'DELETE', `${api}/registered-models/delete`, {})).toBe(false);
    expect(ask(account, 'DELETE', `${api}/model-versions/delete`, {})).toBe(false);
  });

  it('makes no experiment whose artifacts would lie elsewhere on the disk', () => {
    expect(ask(account, 'POST', `${api}/experiments/create`, { name: 'mine' })).toBe(true);
    expect(ask(account, 'POST', `${api}/experiments/create`, { name: 'x', artifact_location: 'file:///etc' })).toBe(
      false,
    );
    expect(ask(account, 'POST', `${api}/experiments/create`, { name: 'x', artifactLocation: 'file:///etc' })).toBe(
      false,
    );
  });

  it('does not reach what keeps secrets or calls other servers', () => {
    for (const call of ['webhooks', 'gateway/secrets/list', 'gateway-proxy', 'scorers/list']) {
      expect([call, ask(account, 'GET', `/api/3.0/mlflow/${call}`)]).toEqual([call, false]);
    }
  });
});

describe('the step of a job at the door of MLflow', () => {
  it('reads and writes its own run', () => {
    expect(ask(step, 'GET', `${api}/runs/get?run_id=mine&run_uuid=mine`)).toBe(true);
    expect(ask(step, 'POST', `${api}/runs/log-batch`, { run_id: 'mine', metrics: [] })).toBe(true);
    expect(ask(step, 'POST', `${api}/runs/update`, { run_uuid: 'mine', run_id: 'mine', status: 'FINISHED' })).toBe(
      true,
    );
    expect(ask(step, 'PUT', '/api/2.0/mlflow-artifacts/artifacts/1/mine/artifacts/model/model.onnx')).toBe(true);
    expect(ask(step, 'GET', '/api/2.0/mlflow-artifacts/artifacts?path=1/mine/artifacts')).toBe(true);
  });

  it('reaches no other run, however that is spelled', () => {
    for (const [method, address, body] of [
      ['GET', `${api}/runs/get?run_id=other`],
      ['GET', `${api}/runs/get?run_id=mine&run_uuid=other`],
      ['GET', `${api}/runs/get`],
      ['POST', `${api}/runs/log-batch`, { run_id: 'other' }],
      ['POST', `${api}/runs/log-batch`, { run_id: 'mine', runId: 'other' }],
      ['POST', `${api}/runs/update`, { run_id: 'mine', run_uuid: 'other' }],
      ['POST', `${api}/runs/update`, { run_uuid: 'other' }],
      ['POST', `${api}/runs/update`, [{ run_id: 'mine' }]],
      ['POST', `${api}/runs/create`, { experiment_id: '1' }],
      ['POST', `${api}/runs/delete`, { run_id: 'mine' }],
      ['POST', `${api}/runs/search`, {}],
      ['GET', '/get-artifact?path=x&run_uuid=mine'],
      ['PUT', '/api/2.0/mlflow-artifacts/artifacts/1/other/artifacts/x'],
      ['PUT', '/api/2.0/mlflow-artifacts/artifacts/1/mine/../other/artifacts/x'],
      ['PUT', '/api/2.0/mlflow-artifacts/artifacts/1/mine/%252e%252e/other/x'],
      ['GET', '/api/2.0/mlflow-artifacts/artifacts?path=1/mine/artifacts&path=1/other'],
      ['GET', '/api/2.0/mlflow-artifacts/artifacts?path=1/mine/../other'],
      ['GET', '/api/2.0/mlflow-artifacts/artifacts'],
      ['DELETE', '/api/2.0/mlflow-artifacts/artifacts/1/mine/artifacts/x'],
    ] as const) {
      expect([method, address, body, ask(step, method, address, body)]).toEqual([method, address, body, false]);
    }
  });

  it('reaches nothing that is not its own, whatever it asks', () => {
    const part = fc.constantFrom(
      'api',
      '2.0',
      '3.0',
      'mlflow',
      'runs',
      'get',
      'registered-models',
      'create',
      'alias',
      'x',
      '..',
      '',
    );
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
        fc.array(part, { maxLength: 6 }),
        fc.constantFrom('', 'other', 'mine/', 'MINE'),
        (method, parts, run) => {
          const asked = {
            method,
            path: `/${parts.join('/')}`,
            query: new URLSearchParams({ run_id: run }),
            body: { run_id: run },
          };
          expect(refusal(asked, step)).not.toBeNull();
        },
      ),
    );
  });

  it('reaches no run at all as long as its job has none', () => {
    const early: Passenger = { kind: 'job', runId: null };
    expect(ask(early, 'GET', `${api}/runs/get?run_id=null`)).toBe(false);
    expect(ask(early, 'PUT', '/api/2.0/mlflow-artifacts/artifacts/1/null/artifacts/x')).toBe(false);
  });
});
