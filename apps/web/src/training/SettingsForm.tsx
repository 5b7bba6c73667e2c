import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useId, useState } from 'react';
import { CairnError } from '@cairn/contracts';
import type { DatasetChoice } from '../catalog/datasets.ts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import { go } from '../route/use-location.ts';
import { useOnline } from '../shell/OfflineNotice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { SettingField } from './SettingField.tsx';
import { type Fault, readSetting, type Setting, type SettingValue, textOf } from './settings.ts';
import { TrainingNotes } from './TrainingNotes.tsx';

interface Props {
  model: string;
  dataset: DatasetChoice;
  settings: readonly Setting[];
  /** Values of an earlier try, by name. */
  tried: Record<string, SettingValue>;
  /** Whether the reader may train. */
  allowed: boolean;
}

/** The settings of a training, each held to its range before anything is sent, and the button that starts it. */
export function SettingsForm({ model, dataset, settings, tried, allowed }: Props) {
  const { say } = useWords();
  const online = useOnline();
  const ids = useId();
  const [texts, setTexts] = useState<Record<string, string>>(() =>
    Object.fromEntries(settings.map(({ name, usual }) => [name, textOf(tried[name] ?? usual)])),
  );
  const [faults, setFaults] = useState<Record<string, Fault>>({});
  const start = useMutation({
    mutationFn: (hyperparameters: Record<string, SettingValue>) =>
      gateway.execute('train-model', { model, dataset: dataset.id, hyperparameters }),
    onSuccess: ({ jobID }, hyperparameters) =>
      go(hrefOf({ page: 'job', job: jobID }, { model, dataset: dataset.id, set: JSON.stringify(hyperparameters) })),
    onError: (error) => focusOn(refused(error)),
  });
  const focusOn = (name: string | undefined): void => {
    if (name !== undefined) document.getElementById(`${ids}-${name}`)?.focus();
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const read = settings.map((setting) => [setting.name, readSetting(setting, texts[setting.name] ?? '')] as const);
    const wrong = read.flatMap(([name, one]) => ('fault' in one ? [[name, one.fault] as const] : []));
    setFaults(Object.fromEntries(wrong));
    if (wrong.length > 0) focusOn(wrong[0]?.[0]);
    else start.mutate(Object.fromEntries(read.flatMap(([name, one]) => ('value' in one ? [[name, one.value]] : []))));
  };
  return (
    <form className="settings" onSubmit={submit} noValidate>
      <h2>{say('train.settings')}</h2>
      <div className="settings-grid">
        {settings.map((setting) => (
          <SettingField
            key={setting.name}
            id={`${ids}-${setting.name}`}
            setting={setting}
            text={texts[setting.name] ?? ''}
            fault={faults[setting.name]}
            onChange={(text) => {
              setTexts((before) => ({ ...before, [setting.name]: text }));
              setFaults((before) =>
                Object.fromEntries(Object.entries(before).filter(([name]) => name !== setting.name)),
              );
            }}
          />
        ))}
      </div>
      <TrainingNotes model={model} dataset={dataset} gsd={Number(texts['gsd'] ?? 0)} />
      {allowed ? null : <p className="seal tag-warn">{say('train.notAllowed')}</p>}
      {start.isError ? <Problem error={start.error} /> : null}
      <button className="button large" disabled={!online || !allowed || start.isPending || start.isSuccess}>
        {say(start.isPending || start.isSuccess ? 'train.starting' : 'train.start')}
      </button>
    </form>
  );
}

/** The setting that the gateway refused, where it names one. */
function refused(error: unknown): string | undefined {
  const where = error instanceof CairnError ? error.more.where : undefined;
  return /^\/inputs\/hyperparameters\/(.+)$/.exec(where ?? '')?.[1];
}
