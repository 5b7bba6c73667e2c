import { useMutation } from '@tanstack/react-query';
import { type SubmitEvent, useId, useState } from 'react';
import { CairnError, type Problem as ProblemInfo, type ProcessInput } from '@cairn/contracts';
import type { DatasetChoice } from '../catalog/datasets.ts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import { go } from '../route/use-location.ts';
import { useOnline } from '../shell/OfflineNotice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { type DvcFault, type DvcField, dvcFieldOf, dvcTextsOf, readDvc } from './dvc-data.ts';
import { DvcFields } from './DvcFields.tsx';
import { SettingField } from './SettingField.tsx';
import { type Fault, readSetting, type Setting, type SettingValue, textOf } from './settings.ts';
import { TrainingNotes } from './TrainingNotes.tsx';

interface Props {
  model: string;
  /** Undefined: data of a DVC repository, which the form asks for. */
  dataset: DatasetChoice | undefined;
  settings: readonly Setting[];
  /** Values of an earlier try, by name. */
  tried: Record<string, SettingValue>;
  /** Data of an earlier try in a DVC repository, by field. */
  triedData: Readonly<Record<string, unknown>>;
  /** Why that try failed. */
  problem: ProblemInfo | undefined;
  /** Whether the reader may train. */
  allowed: boolean;
}

type Inputs = ProcessInput<'train-model'>;

/** The settings of a training, each held to its range before anything is sent, and the button that starts it. */
export function SettingsForm({ model, dataset, settings, tried, triedData, problem, allowed }: Props) {
  const { say } = useWords();
  const online = useOnline();
  const ids = useId();
  const [texts, setTexts] = useState<Record<string, string>>(() =>
    Object.fromEntries(settings.map(({ name, usual }) => [name, textOf(tried[name] ?? usual)])),
  );
  const [faults, setFaults] = useState<Record<string, Fault>>({});
  const [dvc, setDvc] = useState(() => dvcTextsOf(triedData));
  const [dvcFaults, setDvcFaults] = useState<Partial<Record<DvcField, DvcFault>>>({});
  const [refused, setRefused] = useState(() => refusedData(problem));
  const start = useMutation({
    mutationFn: (inputs: Inputs) => gateway.execute('train-model', inputs),
    onSuccess: ({ jobID }, inputs) => go(hrefOf({ page: 'job', job: jobID }, choicesOf(inputs))),
    onError: (error) => {
      const data = refusedData(error instanceof CairnError ? error.problem() : undefined);
      setRefused(data);
      focusOn(data === undefined ? refusedSetting(error) : `data-${data.field}`);
    },
  });
  const readAll = (): Read =>
    settings.map((setting) => [setting.name, readSetting(setting, texts[setting.name] ?? '')]);
  const focusOn = (name: string | undefined): void => {
    if (name !== undefined) document.getElementById(`${ids}-${name}`)?.focus();
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = dataset === undefined ? readDvc(dvc) : undefined;
    const wrongData = data !== undefined && 'faults' in data ? data.faults : {};
    const read = readAll();
    const wrong = read.flatMap(([name, one]) => ('fault' in one ? [[name, one.fault] as const] : []));
    setDvcFaults(wrongData);
    setRefused(undefined);
    setFaults(Object.fromEntries(wrong));
    const [first] = [...Object.keys(wrongData).map((name) => `data-${name}`), ...wrong.map(([name]) => name)];
    if (first !== undefined) {
      focusOn(first);
      return;
    }
    const hyperparameters = settingsOf(read) ?? {};
    if (dataset !== undefined) start.mutate({ model, dataset: dataset.id, hyperparameters });
    else if (data !== undefined && 'value' in data) start.mutate({ model, dvc: data.value, hyperparameters });
  };
  return (
    <form className="settings" onSubmit={submit} noValidate>
      {dataset === undefined ? (
        <DvcFields
          id={`${ids}-data`}
          texts={dvc}
          faults={dvcFaults}
          refused={refused}
          onChange={(field, text) => {
            setDvc((before) => ({ ...before, [field]: text }));
            setDvcFaults((before) => ({ ...before, [field]: undefined }));
            setRefused((before) => (before?.field === field ? undefined : before));
          }}
        />
      ) : null}
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
      <TrainingNotes model={model} dataset={dataset} settings={settingsOf(readAll())} />
      {allowed ? null : <p className="seal tag-warn">{say('train.notAllowed')}</p>}
      {start.isError && refused === undefined ? <Problem error={start.error} /> : null}
      <button className="button large" disabled={!online || !allowed || start.isPending || start.isSuccess}>
        {say(start.isPending || start.isSuccess ? 'train.starting' : 'train.start')}
      </button>
    </form>
  );
}

/** What stands in the fields, by setting. */
type Read = [name: string, read: ReturnType<typeof readSetting>][];

/** The settings of a form in which every field fits. */
function settingsOf(read: Read): Record<string, SettingValue> | undefined {
  const values = read.flatMap(([name, one]) => ('value' in one ? [[name, one.value] as const] : []));
  return values.length === read.length ? Object.fromEntries(values) : undefined;
}

/** What is kept in the address of the job, for whoever changes something and tries again. */
function choicesOf({ model, dataset, dvc, hyperparameters }: Inputs): Record<string, string | undefined> {
  return {
    model,
    dataset,
    dvc: dvc === undefined ? undefined : JSON.stringify(dvc),
    set: JSON.stringify(hyperparameters),
  };
}

/** What the gateway said of a field that names data, where it did. */
function refusedData(problem: ProblemInfo | undefined): { field: DvcField; problem: ProblemInfo } | undefined {
  const field = problem === undefined ? undefined : dvcFieldOf(problem);
  return problem === undefined || field === undefined ? undefined : { field, problem };
}

/** The setting that the gateway refused, where it names one. */
function refusedSetting(error: unknown): string | undefined {
  const where = error instanceof CairnError ? error.more.where : undefined;
  return /^\/inputs\/hyperparameters\/(.+)$/.exec(where ?? '')?.[1];
}
