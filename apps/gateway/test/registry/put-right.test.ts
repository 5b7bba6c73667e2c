import { CairnError } from '@cairn/contracts';
import { describe, expect, it } from 'vitest';
import { HandedOver } from '../../src/jobs/handed-over.ts';
import { putRight } from '../../src/registry/mlflow/put-right.ts';

/** Something that is hindered some times before it is done. */
function hindered(times: number) {
  const tried = { times: 0 };
  const work = (): Promise<void> =>
    ++tried.times <= times ? Promise.reject(new Error('database or disk is full')) : Promise.resolve();
  return { tried, work };
}

function job(reason?: Error) {
  const controller = new AbortController();
  if (reason !== undefined) controller.abort(reason);
  const lines: string[] = [];
  return { lines, context: { signal: controller.signal, log: (line: string) => void lines.push(line) } };
}

describe('what a failed job left in MLflow', () => {
  it('is put right as soon as nothing hinders it', async () => {
    const { tried, work } = hindered(2);
    const { lines, context } = job(new Error('cancelled'));
    await putRight('tiny', work, context, [0, 0, 0]);
    expect(tried.times).toBe(3);
    expect(lines).toEqual([]);
  });

  it('is told in the log of the job where it stays', async () => {
    const { tried, work } = hindered(9);
    const { lines, context } = job();
    await putRight('tiny', work, context, [0, 0]);
    expect(tried.times).toBe(3);
    expect(lines).toEqual([expect.stringContaining('tiny could not be put right')]);
  });

  it('is left where MLflow does not answer at all', async () => {
    const tried = { times: 0 };
    const { lines, context } = job();
    const work = (): Promise<void> => {
      tried.times++;
      return Promise.reject(new CairnError('mlflow-unavailable', 'MLflow cannot be reached.'));
    };
    await putRight('tiny', work, context, [60]);
    expect(tried.times).toBe(1);
    expect(lines).toHaveLength(1);
  });

  it('does not hold up a gateway that stops', async () => {
    const { tried, work } = hindered(9);
    const { context } = job(new HandedOver('j'));
    await putRight('tiny', work, context, [60]);
    expect(tried.times).toBe(1);
  });
});
