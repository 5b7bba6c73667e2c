import type { DeclaredUse } from '@cairn/contracts';

/** What a licence asks of those who use what it covers, as far as it can forbid a use. */
type Term = 'non-commercial' | 'no-derivatives' | 'share-alike';

/** Licences that are known, by SPDX identifier, with their terms; none: use is free, but for naming whom. */
const known: readonly (readonly [RegExp, readonly Term[]])[] = [
  [/^CC-BY-NC-ND-\d\.\d/, ['non-commercial', 'no-derivatives']],
  [/^CC-BY-NC-SA-\d\.\d/, ['non-commercial', 'share-alike']],
  [/^CC-BY-NC-\d\.\d/, ['non-commercial']],
  [/^CC-BY-ND-\d\.\d/, ['no-derivatives']],
  [/^CC-BY-SA-\d\.\d/, ['share-alike']],
  [/^(ODbL-1\.0|CDLA-Sharing-1\.0|(A|L)?GPL-\d\.\d(-only|-or-later)?|EUPL-1\.[12])$/, ['share-alike']],
  [/^PolyForm-Noncommercial-1\.0\.0$/, ['non-commercial']],
  [/^(CC-BY-\d\.\d|CC0-1\.0|PDDL-1\.0|ODC-By-1\.0|CDLA-Permissive-[12]\.0|OGL-UK-3\.0|etalab-2\.0)/, []],
  [/^(Apache-2\.0|MIT|BSD-[23]-Clause|ISC|Unlicense|0BSD|MPL-2\.0)$/, []],
];

/** Which terms forbid which use of the results; a trained model is taken for a derivative of its data. */
const forbidding: Readonly<Record<DeclaredUse, readonly Term[]>> = {
  relief: ['no-derivatives'],
  open: ['non-commercial', 'no-derivatives'],
  own: ['non-commercial', 'no-derivatives', 'share-alike'],
};

const why: Readonly<Record<Term, string>> = {
  'non-commercial': 'forbids commercial use',
  'no-derivatives': 'forbids derivatives, as a trained model is',
  'share-alike': 'asks that results are shared under the same licence',
};

/** What a licence says to a use. */
export interface LicenceVerdict {
  /** Why it forbids the use; empty where it does not. */
  conflicts: string[];
  /** Parts of it that are not known here, which a person has to read. */
  unknown: string[];
}

/**
 * Holds an SPDX expression against a use. Of alternatives (`OR`) the best counts; what is joined by `AND` counts together.
 * What is not in the table is told as unknown, never guessed.
 */
export function judgeLicence(expression: string, use: DeclaredUse): LicenceVerdict {
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const one = (): LicenceVerdict => {
    if (words[at] === '(') {
      at++;
      const inner = either();
      at++;
      return inner;
    }
    const verdict = judgeOne(words[at++] ?? expression, use);
    // An exception gives rights, and takes none away.
    if (words[at] === 'WITH') at += 2;
    return verdict;
  };
  const both = (): LicenceVerdict => {
    let verdict = one();
    while (words[at] === 'AND') {
      at++;
      verdict = join(verdict, one());
    }
    return verdict;
  };
  const either = (): LicenceVerdict => {
    let verdict = both();
    while (words[at] === 'OR') {
      at++;
      const other = both();
      if (badness(other) < badness(verdict)) verdict = other;
    }
    return verdict;
  };
  const verdict = either();
  return at >= words.length ? verdict : { conflicts: [], unknown: [expression] };
}

function judgeOne(id: string, use: DeclaredUse): LicenceVerdict {
  const plain = id.replace(/\+$/, '');
  const terms = known.find(([pattern]) => pattern.test(plain))?.[1];
  if (terms === undefined) return { conflicts: [], unknown: [id] };
  return {
    conflicts: terms.filter((term) => forbidding[use].includes(term)).map((term) => `${id} ${why[term]}`),
    unknown: [],
  };
}

function join(a: LicenceVerdict, b: LicenceVerdict): LicenceVerdict {
  return { conflicts: [...a.conflicts, ...b.conflicts], unknown: [...a.unknown, ...b.unknown] };
}

function badness({ conflicts, unknown }: LicenceVerdict): number {
  return conflicts.length * 1000 + unknown.length;
}
