/** The steps in which confidence is shown, from unsure to sure, with colours that stay apart for the colour-blind. */
export const confidenceSteps = [
  { from: 0, to: 0.6, colour: '#d1495b' },
  { from: 0.6, to: 0.7, colour: '#edae49' },
  { from: 0.7, to: 0.8, colour: '#9fd0c0' },
  { from: 0.8, to: 0.9, colour: '#4fb0a5' },
  { from: 0.9, to: 1.0001, colour: '#1d8a99' },
] as const;

/** How many bins confidence is cut into. The slider moves by one of them, so that the map only shows or hides whole bins. */
export const binCount = 20;

/** The least confidence of a bin. */
export function binFrom(bin: number): number {
  return bin / binCount;
}

/** The bin of a confidence of 0..1. */
export function binOf(confidence: number): number {
  // By comparing, as the map's filters do: a product would be rounded to the other side of an edge.
  let bin = Math.min(binCount - 1, Math.floor(confidence * binCount));
  if (confidence < binFrom(bin)) bin -= 1;
  else if (bin + 1 < binCount && confidence >= binFrom(bin + 1)) bin += 1;
  return Math.max(0, bin);
}

/** The colour of a bin: each lies within one step. */
export function binColour(bin: number): string {
  return confidenceSteps.findLast(({ from }) => from <= binFrom(bin) + 1e-9)!.colour;
}
