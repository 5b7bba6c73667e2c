import fc from 'fast-check';
import { expect, test } from 'vitest';
import { factTitle, KIND_TITLES, kindOf, RECEIPT_MEMBER, verifyFeatureCollection } from '../src/index.ts';
import { bundlePaths, changed, leaves, type Path, statementIn, valueAt, withStatement, withValue } from './tamper.ts';
import { PUBLIC_KEY_PEM, type SignedFile, signedFile } from './trail.ts';

const FILES = { import: signedFile({ origin: 'import' }), training: signedFile({ origin: 'training' }) };
// By name, so that a counterexample is short.
const file = fc.constantFrom<keyof typeof FILES>('import', 'training');
const options = { publicKeyPem: PUBLIC_KEY_PEM };

function failedWords(value: unknown): string {
  const { ok, checks } = verifyFeatureCollection(value, options);
  expect(ok).toBe(false);
  return checks
    .filter((check) => !check.ok)
    .map(({ words }) => words)
    .join('\n');
}

const PART_WORDS: Readonly<Record<string, string>> = {
  subject: 'subject',
  upstream: 'receipts it points to',
  issuedAt: 'time of issue',
};

/** What the words must name for a changed leaf of a statement: its fact or part where it has one. */
function nameOf(path: Path): RegExp {
  const [top, part, name] = path.map(String);
  if (top === 'predicate' && (part === 'facts' || part === 'seals')) {
    const plainName = name?.replace('statement.', '') ?? '';
    return new RegExp(`${PART_WORDS[plainName] ?? factTitle(plainName)}|/predicate/${part}/`, 'i');
  }
  const what = top === 'predicate' ? part : top;
  return new RegExp(PART_WORDS[what ?? ''] ?? what ?? '');
}

test('any leaf changed inside any signed statement fails, and the words name fact and receipt', () => {
  fc.assert(
    fc.property(file, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 1000 }), (origin, which, where, by) => {
      const original = FILES[origin];
      const bundles = bundlePaths(original);
      const bundle = bundles[which % bundles.length] as Path;
      const statement = statementIn(original, bundle);
      const paths = leaves(statement);
      const path = paths[where % paths.length] as Path;
      const value = valueAt(statement, path);
      const words = failedWords(withStatement(original, bundle, withValue(statement, path, changed(value, by))));
      const kind = kindOf(valueAt(statement, ['predicateType'])) ?? 'prediction';
      expect(words).toMatch(new RegExp(`receipt of the ${KIND_TITLES[kind]}`, 'i'));
      expect(words).toMatch(nameOf(path));
    }),
    { numRuns: 80 },
  );
});

test('any leaf changed in any feature fails, and the words name the feature', () => {
  fc.assert(
    fc.property(file, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 1000 }), (origin, which, where, by) => {
      const original = FILES[origin];
      const index = which % original.features.length;
      const paths = leaves(original.features[index]);
      const path: Path = ['features', index, ...(paths[where % paths.length] ?? [])];
      const words = failedWords(withValue(original, path, changed(valueAt(original, path), by)));
      expect(words).toMatch(new RegExp(`number ${index + 1} `));
    }),
    { numRuns: 40 },
  );
});

/** A copy with members in another order; lists stay as they are but for features and upstream receipts. */
function reordered(value: unknown, order: (name: string) => number, isBag = false): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((inner: unknown) => reordered(inner, order));
    return isBag ? items.sort((a, b) => order(JSON.stringify(a)) - order(JSON.stringify(b))) : items;
  }
  const members = Object.entries(value).map(([name, inner]): [string, unknown] => [
    name,
    reordered(inner, order, name === 'features' || name === 'upstream'),
  ]);
  return Object.fromEntries(members.sort(([a], [b]) => order(a) - order(b)));
}

test('white space and the order of members, features and receipts may change freely', () => {
  fc.assert(
    fc.property(file, fc.integer(), fc.constantFrom('', ' ', '\t', '\n \r'), (origin, seed, blank) => {
      const original = FILES[origin];
      const order = (text: string): number => {
        let mixed = seed;
        for (const character of text) mixed = (Math.imul(mixed, 31) + (character.codePointAt(0) ?? 0)) | 0;
        return mixed;
      };
      const text = JSON.stringify(reordered(original, order), null, blank);
      expect(verifyFeatureCollection(text, options)).toMatchObject({ ok: true });
    }),
    { numRuns: 20 },
  );
});

test('numbers may be spelt in another way', () => {
  const text = JSON.stringify(FILES.import)
    .replace(/"area_m2":(\d+)\.(\d+)/g, '"area_m2":$1$2e-2')
    .replace(/(\d\.\d{5,7})(?=[,\]])/g, '$10');
  expect(text).not.toBe(JSON.stringify(FILES.import));
  expect(verifyFeatureCollection(text, options)).toMatchObject({ ok: true });
});

test('any value anywhere in the file may be junk: nothing is thrown, nothing passes', () => {
  fc.assert(
    fc.property(file, fc.nat(), fc.nat(), fc.jsonValue(), (origin, where, depth, junk) => {
      const original = FILES[origin];
      const paths = leaves(original);
      const leaf = paths[where % paths.length] as Path;
      const path = leaf.slice(0, 1 + (depth % leaf.length));
      fc.pre(JSON.stringify(valueAt(original, path)) !== JSON.stringify(junk));
      const damaged = withValue<SignedFile>(original, path, junk);
      expect(verifyFeatureCollection(damaged, options).ok).toBe(false);
      expect(verifyFeatureCollection(JSON.stringify(damaged), options).ok).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test('any member of any statement may be junk: nothing is thrown, nothing passes', () => {
  fc.assert(
    fc.property(file, fc.nat(), fc.nat(), fc.nat(), fc.jsonValue(), (origin, which, where, depth, junk) => {
      const original = FILES[origin];
      const bundles = bundlePaths(original);
      const bundle = bundles[which % bundles.length] as Path;
      const statement = statementIn(original, bundle);
      const paths = leaves(statement);
      const leaf = paths[where % paths.length] as Path;
      const path = leaf.slice(0, 1 + (depth % leaf.length));
      fc.pre(JSON.stringify(valueAt(statement, path)) !== JSON.stringify(junk));
      const damaged = withStatement(original, bundle, withValue(statement, path, junk));
      expect(verifyFeatureCollection(damaged, options).ok).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test('input of any kind is answered, never thrown at', () => {
  const key = fc.option(fc.oneof(fc.string(), fc.constant(PUBLIC_KEY_PEM)), { nil: undefined });
  const receipt = fc.record(
    { bundle: fc.jsonValue(), upstream: fc.array(fc.jsonValue()), key: fc.jsonValue(), facts: fc.jsonValue() },
    { requiredKeys: [] },
  );
  const collection = fc.record({
    type: fc.constant('FeatureCollection'),
    features: fc.array(fc.anything()),
    [RECEIPT_MEMBER]: receipt,
  });
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.json(), fc.string(), collection), key, (value, publicKeyPem) => {
      const { ok, checks } = verifyFeatureCollection(value, { publicKeyPem });
      expect(ok).toBe(false);
      expect(checks.some((check) => !check.ok && check.words !== '')).toBe(true);
    }),
    { numRuns: 500 },
  );
  const loop: Record<string, unknown> = { type: 'FeatureCollection' };
  loop['features'] = [loop];
  loop[RECEIPT_MEMBER] = { bundle: loop, upstream: [loop] };
  expect(verifyFeatureCollection(loop, options).ok).toBe(false);
  expect(verifyFeatureCollection('['.repeat(200_000), options).ok).toBe(false);
});
