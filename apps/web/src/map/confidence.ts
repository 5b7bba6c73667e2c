/** The steps in which confidence is shown, from unsure to sure, with colours that stay apart for the colour-blind. */
export const confidenceSteps = [
  { from: 0, to: 0.6, colour: '#d1495b' },
  { from: 0.6, to: 0.7, colour: '#edae49' },
  { from: 0.7, to: 0.8, colour: '#9fd0c0' },
  { from: 0.8, to: 0.9, colour: '#4fb0a5' },
  { from: 0.9, to: 1.0001, colour: '#1d8a99' },
] as const;
