/** What a receipt is about. */
export type Kind =
  | 'registration'
  | 'training'
  | 'import'
  | 'reproduction'
  | 'evaluation'
  | 'dataset'
  | 'imagery'
  | 'approval'
  | 'prediction'
  | 'inference'
  | 'shadow'
  | 'revocation';

/** How a fact is known: computed here from bytes, or told by a record that came with a shipped version. */
export type Known = 'witnessed' | 'imported';

/** The kinds in the order in which a trail is told, each with its name in a sentence. */
export const KIND_TITLES: Readonly<Record<Kind, string>> = {
  prediction: 'prediction',
  inference: 'inference',
  shadow: 'run of a shadow version',
  approval: 'approval',
  training: 'training run',
  import: 'import of the shipped version',
  reproduction: 'reproduction of a run',
  evaluation: 'evaluation of a version',
  registration: "model's registration",
  dataset: 'dataset',
  imagery: 'imagery',
  revocation: 'revocation',
};

/** All kinds, in the order of the trail. */
export const KINDS = Object.keys(KIND_TITLES) as readonly Kind[];

/** The in-toto predicate type of a kind. */
export function predicateTypeOf(kind: Kind): string {
  return `urn:cairn:attestation:${kind}:v1`;
}

/** The kind of an in-toto predicate type, or null where it is none of Cairn's. */
export function kindOf(predicateType: unknown): Kind | null {
  return KINDS.find((kind) => predicateTypeOf(kind) === predicateType) ?? null;
}
