/** How buildings are drawn that only one of two compared layers has. */
export const comparedColours = { added: '#3a86ff', missing: '#ff2e88' } as const;
