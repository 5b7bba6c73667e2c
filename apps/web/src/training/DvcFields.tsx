import type { ReactNode } from 'react';
import type { Problem } from '@cairn/contracts';
import { useWords } from '../language/words.ts';
import { type DvcFault, type DvcField, dvcPlace, type DvcTexts, dvcTold, longest } from './dvc-data.ts';

interface Props {
  /** Names the fields: ID-url, ID-rev and so on. */
  id: string;
  texts: DvcTexts;
  faults: Partial<Record<DvcField, DvcFault>>;
  /** What the gateway said of a field. */
  refused: { field: DvcField; problem: Problem } | undefined;
  onChange: (field: DvcField, text: string) => void;
}

/** Where data lie in somebody's DVC repository, and what is told of them besides. */
export function DvcFields({ id, texts, faults, refused, onChange }: Props) {
  const { say } = useWords();
  const field = (name: DvcField) => (
    <Field
      key={name}
      id={`${id}-${name}`}
      name={name}
      text={texts[name]}
      fault={faultOf(name)}
      onChange={(text) => onChange(name, text)}
    />
  );
  return (
    <fieldset className="dvc">
      <legend>{say('dvc.title')}</legend>
      <p className="quiet small">{say('dvc.lead')}</p>
      <div className="settings-grid">{dvcPlace.map(field)}</div>
      <h3>{say('dvc.more')}</h3>
      <div className="settings-grid">{dvcTold.map(field)}</div>
    </fieldset>
  );

  function faultOf(name: DvcField): ReactNode {
    const fault = faults[name];
    if (fault !== undefined) return say(`fault.${fault}`);
    if (refused?.field !== name) return undefined;
    const { detail, action } = refused.problem;
    return (
      <span lang="en" dir="auto">
        {[detail, action].join(' ')}
      </span>
    );
  }
}

interface FieldProps {
  id: string;
  name: DvcField;
  text: string;
  fault: ReactNode;
  onChange: (text: string) => void;
}

function Field({ id, name, text, fault, onChange }: FieldProps) {
  const { say } = useWords();
  return (
    <div className="setting">
      <label htmlFor={id}>{say(`dvcField.${name}`)}</label>
      <input
        id={id}
        dir={name === 'title' || name === 'attribution' ? 'auto' : 'ltr'}
        inputMode={name === 'url' ? 'url' : 'text'}
        autoCapitalize="off"
        spellCheck={false}
        maxLength={longest(name)}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? `${id}-help` : `${id}-help ${id}-fault`}
      />
      <p id={`${id}-help`} className="quiet small">
        {say(`dvcHelp.${name}`)}
      </p>
      {fault === undefined ? null : (
        <p id={`${id}-fault`} className="fault">
          {fault}
        </p>
      )}
    </div>
  );
}
