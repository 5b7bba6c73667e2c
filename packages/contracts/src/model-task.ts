/** What networks can answer that Cairn makes vectors of, by the names that MLM gives to tasks. */
export const modelTasks = [
  'semantic-segmentation',
  'instance-segmentation',
  'object-detection',
  'scene-classification',
] as const;
export type ModelTaskName = (typeof modelTasks)[number];

/** The class of what is not looked for. */
export const backgroundClass = 'background';
