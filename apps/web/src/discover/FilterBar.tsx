import type { ImageryChoice } from '../catalog/imagery.ts';
import type { ModelChoice } from '../catalog/models.ts';
import { useTaskWords } from '../catalog/task-words.ts';
import { useWords } from '../language/words.ts';
import { setQuery } from '../route/use-location.ts';
import { type Filters, resolutions } from './filters.ts';

interface Props {
  filters: Filters;
  models: readonly ModelChoice[];
  imagery: readonly ImageryChoice[];
}

/** Narrows the models down; each choice stands in the address. */
export function FilterBar({ filters, models, imagery }: Props) {
  const { say } = useWords();
  const taskWords = useTaskWords();
  const tasks = distinct(models.flatMap((model) => model.tasks));
  const licences = distinct(models.map(({ licence }) => licence));
  return (
    <form
      className="discover-filters"
      role="search"
      aria-label={say('filter.label')}
      onSubmit={(event) => event.preventDefault()}
    >
      <Choice name="place" label={say('filter.place')} chosen={filters.place}>
        <option value="">{say('filter.anywhere')}</option>
        <option value="view">{say('filter.inView')}</option>
        {imagery.map(({ id, title }) => (
          <option key={id} value={`near:${id}`}>
            {say('filter.near', { title })}
          </option>
        ))}
      </Choice>
      <Choice name="task" label={say('filter.task')} chosen={filters.task}>
        <option value="">{say('filter.any')}</option>
        {tasks.map((task) => (
          <option key={task} value={task}>
            {taskWords(task)}
          </option>
        ))}
      </Choice>
      <Choice name="gsd" label={say('filter.resolution')} chosen={filters.gsd}>
        <option value="">{say('filter.any')}</option>
        {resolutions.map((resolution) => (
          <option key={resolution} value={resolution}>
            {say(`resolution.${resolution}`)}
          </option>
        ))}
      </Choice>
      <Choice name="licence" label={say('filter.licence')} chosen={filters.licence}>
        <option value="">{say('filter.any')}</option>
        {licences.map((licence) => (
          <option key={licence}>{licence}</option>
        ))}
      </Choice>
    </form>
  );
}

interface ChoiceProps {
  name: keyof Filters;
  label: string;
  chosen: string | undefined;
  children: React.ReactNode;
}

function Choice({ name, label, chosen, children }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={chosen ?? ''} onChange={(event) => setQuery({ [name]: event.target.value })}>
        {children}
      </select>
    </label>
  );
}

function distinct(values: string[]): string[] {
  return [...new Set(values)].filter((value) => value !== '').sort();
}
