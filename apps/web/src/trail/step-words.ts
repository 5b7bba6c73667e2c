import type { VerifiedFact } from '@cairn/receipt';
import type { Words } from '../language/words.ts';
import type { Step } from './steps.ts';

type Part = (name: string) => string | undefined;

/** What a step says in one line in the reader's words; undefined where its facts are not as they should be. */
export function stepWords({ name, facts }: Step, { say, formats }: Words): string | undefined {
  const text = (fact: string): string | undefined => textOf(valueOf(facts, fact));
  switch (name) {
    case 'features': {
      const count = partOf(valueOf(facts, 'features'), 'count');
      const area = valueOf(facts, 'areaKm2');
      return typeof count === 'number' && typeof area === 'number'
        ? say('trail.saidFeatures', { count, area: formats.km2(area) })
        : undefined;
    }
    case 'approver': {
      const value = valueOf(facts, 'approver');
      const part: Part = (one) => textOf(partOf(value, one));
      const [who, at] = [part('name'), part('at')];
      if (who === undefined || at === undefined || Number.isNaN(Date.parse(at))) return undefined;
      const isOwn = partOf(value, 'selfApproved') === true;
      return say(isOwn ? 'card.approvedOwn' : 'card.approved', { name: who, at: formats.moment(at) });
    }
    case 'model':
      return text('version');
    case 'run':
      return text('mlflowRun')?.slice(0, 12);
    case 'data':
      return text('dataset') ?? titlesOf(facts) ?? textOf(partOf(valueOf(facts, 'datasetDigest'), 'digest'));
    case 'code': {
      const value = valueOf(facts, 'codeCommit');
      const [commit, path, reason] = ['commit', 'path', 'reason'].map((one) => textOf(partOf(value, one)));
      if (commit !== undefined) return say('trail.saidCode', { commit: commit.slice(0, 12), path: path ?? '' });
      return reason === undefined ? undefined : say('trail.saidNoCommit', { reason });
    }
    case 'imagery':
      return titlesOf(facts) ?? text('imagery');
  }
}

/** Why somebody approved, in their own words. */
export function reasonOf({ facts }: Step): string | undefined {
  return textOf(partOf(valueOf(facts, 'approver'), 'reason'));
}

/** The text of a fact of a step. */
export function factOf({ facts }: Step, name: string): string | undefined {
  return textOf(valueOf(facts, name));
}

function titlesOf(facts: readonly VerifiedFact[]): string | undefined {
  const licences = facts.filter(({ name }) => name === 'licences').map(({ value }) => value);
  const titles = licences.flat().flatMap((one) => textOf(partOf(one, 'title')) ?? []);
  return titles.length === 0 ? undefined : titles.join(', ');
}

// A file may hold anything under these names: nothing is believed of their shape.
function valueOf(facts: readonly VerifiedFact[], name: string): unknown {
  return facts.find((fact) => fact.name === name)?.value;
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 300) : undefined;
}
