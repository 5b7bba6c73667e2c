import { useWords } from '../language/words.ts';
import type { Fault, Setting } from './settings.ts';

interface Props {
  id: string;
  setting: Setting;
  text: string;
  fault: Fault | undefined;
  onChange: (text: string) => void;
}

/** A field for a setting, with what it means, what it takes, and what is wrong with what stands in it. */
export function SettingField({ id, setting, text, fault, onChange }: Props) {
  const { say, formats } = useWords();
  const { kind, title, help, choices, least, most, step, usual } = setting;
  const about = {
    'aria-invalid': fault !== undefined,
    'aria-describedby': fault === undefined ? `${id}-help` : `${id}-help ${id}-fault`,
  };
  return (
    <div className="setting">
      <label htmlFor={id}>
        <span lang="en" dir="auto">
          {title}
        </span>
      </label>
      {kind === 'choice' ? (
        <select id={id} value={text} onChange={(event) => onChange(event.target.value)} {...about}>
          {choices.map((choice) => (
            <option key={String(choice)}>{String(choice)}</option>
          ))}
        </select>
      ) : kind === 'boolean' ? (
        <input
          id={id}
          type="checkbox"
          checked={text === 'true'}
          onChange={(event) => onChange(String(event.target.checked))}
          {...about}
        />
      ) : (
        <input
          id={id}
          dir="ltr"
          inputMode={kind === 'text' ? 'text' : kind === 'integer' ? 'numeric' : 'decimal'}
          value={text}
          onChange={(event) => onChange(event.target.value)}
          {...about}
        />
      )}
      <p id={`${id}-help`} className="quiet small">
        {help === undefined ? null : (
          <span lang="en" dir="auto">
            {help}
          </span>
        )}
        <span className="setting-limits">{limits()}</span>
      </p>
      {fault === undefined ? null : (
        <p id={`${id}-fault`} className="fault">
          {say(`fault.${fault.why}`, { limit: fault.limit === undefined ? '' : formats.exact(fault.limit) })}
        </p>
      )}
    </div>
  );

  function limits(): string {
    const number = (value: number): string => formats.exact(value);
    const words: string[] = [];
    if (least !== undefined && most !== undefined)
      words.push(say('setting.between', { least: number(least), most: number(most) }));
    else if (least !== undefined) words.push(say('setting.least', { least: number(least) }));
    else if (most !== undefined) words.push(say('setting.most', { most: number(most) }));
    if (step !== undefined) words.push(say('setting.multiple', { step: number(step) }));
    if (usual !== undefined) words.push(say('setting.usual', { value: String(usual) }));
    return words.join(' · ');
  }
}
