/** The steps of the scale, the worst first. */
export const ratings = [1, 2, 3, 4, 5] as const;

/** The key under which what was said is kept. */
export const feedbackKey = ['feedback'] as const;
