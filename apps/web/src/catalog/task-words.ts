import { modelTasks, type ModelTaskName } from '@cairn/contracts';
import { useWords } from '../language/words.ts';

/** Says what a network answers in a mapper's words; a task that Cairn does not know keeps its name. */
export function useTaskWords(): (task: string) => string {
  const { say } = useWords();
  return (task) => (isTask(task) ? say(`task.${task}`) : task);
}

/** Says what a network looks for; classes are named by whoever made the model, and but for buildings keep their name. */
export function useClassWords(): (name: string) => string {
  const { say } = useWords();
  return (name) => (name === 'building' ? say('class.building') : name);
}

function isTask(task: string): task is ModelTaskName {
  return (modelTasks as readonly string[]).includes(task);
}
