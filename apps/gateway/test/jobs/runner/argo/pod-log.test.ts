import { describe, expect, it } from 'vitest';
import { isLater, isOfArgo, readPodLine } from '../../../../src/jobs/runner/argo/pod-log.ts';

describe('a line of a pod', () => {
  it('is told from the time before it', () => {
    expect(readPodLine('2026-11-27T09:31:02.123456789Z progress 50 half  way')).toEqual({
      at: '2026-11-27T09:31:02.123456789Z',
      text: 'progress 50 half  way',
    });
    expect(readPodLine('after a carriage return')).toEqual({ at: null, text: 'after a carriage return' });
  });

  it('is new where it is later than the last, however many decimals both have', () => {
    expect(isLater('2026-11-27T09:31:02.5Z', '2026-11-27T09:31:02.123456789Z')).toBe(true);
    expect(isLater('2026-11-27T09:31:02.123456789Z', '2026-11-27T09:31:02.5Z')).toBe(false);
    expect(isLater('2026-11-27T09:31:02Z', '2026-11-27T09:31:02Z')).toBe(false);
    expect(isLater('2026-11-27T09:31:03Z', '2026-11-27T09:31:02.9Z')).toBe(true);
  });

  it("is not the package's where Argo's program wrote it", () => {
    expect(isOfArgo('time="2026-11-27T09:31:02.000Z" level=info msg="capturing logs" argo=true')).toBe(true);
    expect(isOfArgo('Error: exit status 2')).toBe(true);
    expect(isOfArgo('time="now" level=info msg="mine"')).toBe(false);
    expect(isOfArgo('Error: exit status 2 of my tool')).toBe(false);
  });
});
