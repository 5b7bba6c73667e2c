import { boxesMeet, boxOf, enclosedArea, Matcher, sharedArea, type Ring, type Rings } from '@cairn/geo';

/** How an outline stands on a chip; `beside`: it is not counted there. */
export type Standing = 'hit' | 'miss' | 'invention' | 'beside';

/** The ground that is judged. Rings are of 1e-7 degree. */
export interface Ground {
  /** The part that is shown. */
  own: Ring;
  /** What has imagery: the part that is shown and what the network saw beside it, without overlap. */
  image: readonly Ring[];
}

/** What was found on a chip beside its labels. */
export interface Judged {
  hits: number;
  misses: number;
  inventions: number;
  /** What is to be drawn: outlines that meet the part that is shown, in 1e-7 degree. */
  outlines: { standing: Standing; rings: number[][] }[];
}

/**
 * Judges what was found by the labels, as the figures of a version are measured: an outline is right where it overlaps a
 * labelled building by half or more (`MATCH_IOU`), and each is taken once. Of a label only the part on the imagery counts.
 * A building is counted where more than half of it lies on the part that is shown, so that no picture is charged with what its
 * edge cuts off; and no label is counted of which less than half is on the imagery. A found outline is counted where its label is.
 */
export function judge(found: readonly Rings[], labels: readonly Rings[], { own, image }: Ground): Judged {
  const matcher = new Matcher<number>({ may: () => true, order: (a, b) => a - b });
  const visible = labels.map((rings) => image.reduce((sum, part) => sum + sharedArea(rings, [part]), 0));
  for (const [i, rings] of labels.entries()) if (visible[i]! > 0) matcher.addOurs(i, rings, visible[i]);
  for (const [i, rings] of found.entries()) matcher.addTheirs(i, rings);
  const labelOf = new Map(matcher.matches().map(({ ours, theirs }) => [theirs, ours]));
  const isLabelCounted = (i: number): boolean => {
    const rings = labels[i]!;
    return visible[i]! * 2 >= enclosedArea(rings) && sharedArea(rings, [own]) * 2 > visible[i]!;
  };
  const judged: Judged = { hits: 0, misses: 0, inventions: 0, outlines: [] };
  const tell = (standing: Standing, rings: Rings): void => {
    if (standing === 'hit') judged.hits += 1;
    if (standing === 'miss') judged.misses += 1;
    if (standing === 'invention') judged.inventions += 1;
    if (boxesMeet(boxOf(rings), boxOf([own])))
      judged.outlines.push({ standing, rings: rings.map((ring) => [...ring]) });
  };
  const matched = new Set(labelOf.values());
  for (const [i, rings] of labels.entries()) {
    if (!matched.has(i)) tell(isLabelCounted(i) ? 'miss' : 'beside', rings);
  }
  for (const [i, rings] of found.entries()) {
    const label = labelOf.get(i);
    if (label !== undefined) tell(isLabelCounted(label) ? 'hit' : 'beside', rings);
    else tell(sharedArea(rings, [own]) * 2 > enclosedArea(rings) ? 'invention' : 'beside', rings);
  }
  return judged;
}
