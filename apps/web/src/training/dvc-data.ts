import { DvcDataset, type Problem } from '@cairn/contracts';

/** What a person tells of data in a DVC repository: where they are, and what the repository does not tell of them. */
export const dvcPlace = ['url', 'rev', 'path'] as const;
export const dvcTold = ['id', 'title', 'licence', 'attribution'] as const;
export type DvcField = (typeof dvcPlace)[number] | (typeof dvcTold)[number];

/** What stands in the fields. */
export type DvcTexts = Record<DvcField, string>;

/** Why a field does not fit. */
export type DvcFault = 'missing' | 'form';

/** The most characters that a field takes. */
export function longest(field: DvcField): number | undefined {
  return (DvcDataset.properties[field] as { maxLength?: number }).maxLength;
}

/** What the fields hold at first: an earlier try, of which an address may hold anything, or the newest of a repository. */
export function dvcTextsOf(tried: Readonly<Record<string, unknown>>): DvcTexts {
  const text = (field: DvcField): string => (typeof tried[field] === 'string' ? tried[field] : '');
  return {
    url: text('url'),
    rev: text('rev') || 'HEAD',
    path: text('path'),
    id: text('id'),
    title: text('title'),
    licence: text('licence'),
    attribution: text('attribution'),
  };
}

/**
 * The data that the fields name, held to the schema of the gateway, or what is wrong in each of them. What is left empty
 * the repository tells.
 */
export function readDvc(texts: DvcTexts): { value: DvcDataset } | { faults: Partial<Record<DvcField, DvcFault>> } {
  const faults: Partial<Record<DvcField, DvcFault>> = {};
  const trimmed = (field: DvcField): string => texts[field].trim();
  for (const field of [...dvcPlace, ...dvcTold]) {
    const { pattern } = DvcDataset.properties[field] as { pattern?: string };
    const isWanted = dvcPlace.some((one) => one === field);
    if (trimmed(field) === '') {
      if (isWanted) faults[field] = 'missing';
    } else if (pattern !== undefined && !new RegExp(pattern, 'u').test(trimmed(field))) faults[field] = 'form';
  }
  if (Object.keys(faults).length > 0) return { faults };
  const told = dvcTold.flatMap((field) => (trimmed(field) === '' ? [] : [[field, trimmed(field)] as const]));
  return {
    value: { url: trimmed('url'), rev: trimmed('rev'), path: trimmed('path'), ...Object.fromEntries(told) },
  };
}

/** The field that a problem is about, where it names one. */
export function dvcFieldOf({ where }: Pick<Problem, 'where'>): DvcField | undefined {
  const name = /^\/inputs\/dvc\/(\w+)$/.exec(where ?? '')?.[1];
  return [...dvcPlace, ...dvcTold].find((field) => field === name);
}
