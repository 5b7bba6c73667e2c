import {
  backgroundClass,
  CairnError,
  modelTasks,
  readExpression,
  type Expression,
  type ModelTaskName,
} from '@cairn/contracts';
import { itemFile, type PackageItem } from './package/item.ts';

/** What a network answers, as far as it has to be known to make vectors of it. */
export interface NetworkOutput {
  task: ModelTaskName;
  /** Names of the classes, by the number that the network gives them; `background` is not looked for. */
  classes: string[];
  /** What is done with each number of an output first, by its name: openEO processes. */
  expressions?: Record<string, Expression>;
}

/** What is taken of a network of one probability whose item names no classes. */
export const buildings: NetworkOutput = { task: 'semantic-segmentation', classes: [backgroundClass, 'building'] };

/** The classes that are looked for. */
export function soughtClasses({ classes }: NetworkOutput): string[] {
  return classes.filter((name) => name !== backgroundClass);
}

/** MLM's names for kinds of tasks, of which Cairn makes the one that is named most exactly. */
const alike: ReadonlyMap<string, ModelTaskName> = new Map([
  ['segmentation', 'semantic-segmentation'],
  ['detection', 'object-detection'],
  ['classification', 'scene-classification'],
]);

/** The outputs that each task reads, by the names under which they have to be exported. */
const outputs: Readonly<Record<ModelTaskName, readonly string[]>> = {
  'semantic-segmentation': ['probability'],
  'instance-segmentation': ['boxes', 'scores', 'labels', 'masks'],
  'object-detection': ['boxes', 'scores', 'labels'],
  'scene-classification': ['probability'],
};

interface Output {
  name?: string;
  tasks?: string[];
  result?: { shape?: number[] };
  'classification:classes'?: { value?: number; name?: string }[];
  post_processing_function?: Processing | Processing[] | null;
}

interface Processing {
  format: string;
  expression: unknown;
}

/**
 * Reads from a package's item which task its network answers (`mlm:tasks`), and the classes of its output.
 * @throws CairnError `item-invalid` where it is none that Cairn makes vectors of, or more than one; where an output is missing
 * that the task reads; where the classes have no names, or their values are not 0, 1, 2, …; where an openEO process of
 * its post-processing does not hold.
 */
export function networkOutput({ properties }: PackageItem): NetworkOutput {
  const told = properties as { 'mlm:tasks'?: string[]; 'mlm:output'?: Output[] };
  const task = taskOf(told['mlm:tasks'] ?? []);
  const found = (told['mlm:output'] ?? []).filter(({ tasks = [] }) => tasks.some((one) => exact(one) === task));
  const missing = outputs[task].find((name) => !found.some((output) => output.name === name));
  if (missing !== undefined) throw refused('mlm:output', `has no output "${missing}", which ${task} reads`);
  const classes = classesOf(found, task);
  const channels =
    task === 'semantic-segmentation' ? found.find(({ name }) => name === 'probability')?.result?.shape?.[1] : -1;
  if (
    channels !== undefined &&
    channels > 0 &&
    channels !== classes.length &&
    !(channels === 1 && classes.length === 2)
  ) {
    throw refused('mlm:output', `has ${channels} channels for ${classes.length} classes`);
  }
  const expressions = Object.fromEntries(found.flatMap((output) => expressionOf(output, outputs[task])));
  return { task, classes, ...(Object.keys(expressions).length === 0 ? {} : { expressions }) };
}

/**
 * The openEO process that an output names. Other formats (`python`, `docker`, …) are for those who run the package by
 * themselves: Cairn runs no code of a package where it serves.
 */
function expressionOf(
  { name = '', post_processing_function: told }: Output,
  read: readonly string[],
): [string, Expression][] {
  const [first, ...others] = [told ?? []].flat().filter(({ format }) => format.toLowerCase() === 'openeo');
  if (first === undefined) return [];
  const member = `mlm:output ("${name}")/post_processing_function`;
  if (others.length > 0) throw refused(member, 'names more than one openEO process; make one graph of them');
  if (name === 'labels' || !read.includes(name))
    throw refused(member, 'is for an output of floats that the task reads');
  try {
    readExpression(first.expression);
  } catch (cause) {
    throw refused(member, `does not hold: ${(cause as Error).message}`);
  }
  return [[name, first.expression as Expression]];
}

function taskOf(told: readonly string[]): ModelTaskName {
  const [task, ...others] = new Set(told.flatMap((one) => exact(one) ?? []));
  if (task === undefined) throw refused('mlm:tasks', `names none of ${modelTasks.join(', ')}`);
  if (others.length > 0)
    throw refused('mlm:tasks', `names ${[task, ...others].join(' and ')}, of which one can be served`);
  return task;
}

function exact(task: string): ModelTaskName | undefined {
  return modelTasks.find((one) => one === task) ?? alike.get(task);
}

function classesOf(found: readonly Output[], task: ModelTaskName): string[] {
  const told = found.map((output) => output['classification:classes'] ?? []).find((list) => list.length > 0);
  if (told === undefined) {
    if (task === buildings.task) return buildings.classes;
    throw refused('mlm:output', 'names no classes (classification:classes)');
  }
  const sorted = [...told].sort((a, b) => (a.value ?? 0) - (b.value ?? 0));
  const names = sorted.flatMap(({ value, name = '' }, i) => (value === i && name !== '' ? [name] : []));
  if (names.length < told.length || new Set(names).size < names.length) {
    throw refused('mlm:output', 'must give its classes the values 0, 1, 2, … and a name each');
  }
  if (names.indexOf(backgroundClass) > 0) throw refused('mlm:output', `must give ${backgroundClass} the value 0`);
  if (names.every((name) => name === backgroundClass)) throw refused('mlm:output', 'names nothing to look for');
  return names;
}

function refused(member: string, problem: string): CairnError {
  return new CairnError('item-invalid', `In ${itemFile}, /properties/${member} ${problem}.`, {
    where: `${itemFile}#/properties/${member}`,
    action: 'See docs/model/tasks.md for the tasks and what a network has to answer for each.',
  });
}
