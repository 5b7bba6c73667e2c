import { useQuery } from '@tanstack/react-query';
import { briefOf, useDatasets } from '../catalog/datasets.ts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { hrefOf } from '../route/place.ts';
import { setQuery } from '../route/use-location.ts';
import { useSession } from '../session/session.ts';
import { failureOf } from '../shell/failure.ts';
import { Empty, FailurePage, Waiting, WaitingPage } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { useTitle } from '../shell/use-title.ts';
import { readModelSettings } from './read-schema.ts';
import { SettingsForm } from './SettingsForm.tsx';
import type { SettingValue } from './settings.ts';
import { TitledChoice } from './TitledChoice.tsx';
import './training.css';

/** A training, from a model and a dataset: the form is made of the schema that the model's package brings. */
export default function TrainPage({ query }: { query: URLSearchParams }) {
  const { say, formats } = useWords();
  useTitle(say('train.title'));
  const session = useSession();
  const models = useQuery({ queryKey: ['packages'], queryFn: () => gateway.models() });
  const datasets = useDatasets();
  const model = models.data?.find(({ id }) => id === query.get('model')) ?? models.data?.[0];
  const known = datasets.data?.find(({ id }) => id === query.get('dataset')) ?? datasets.data?.[0];
  const dataset = query.has('dvc') ? undefined : known;
  const settings = useQuery({
    queryKey: ['settings', model?.id, model?.revisions[0]?.packageDigest],
    queryFn: () => readModelSettings(model!.id),
    enabled: model !== undefined,
  });
  const after = query.get('after');
  const before = useQuery({ queryKey: ['ended', after], queryFn: () => gateway.job(after!), enabled: after !== null });
  const failure = failureOf(models, datasets);
  const unsettled = failureOf(settings);
  if (failure !== undefined) return <FailurePage {...failure} />;
  if (models.data === undefined || datasets.data === undefined) return <WaitingPage words={say('page.wait')} />;
  if (model === undefined) {
    return (
      <main id="main" tabIndex={-1} className="list">
        <h1>{say('train.title')}</h1>
        <Empty title={say('train.noModel')}>
          <pre dir="ltr">
            <code>cairn model register DIR</code>
          </pre>
        </Empty>
      </main>
    );
  }
  return (
    <main id="main" tabIndex={-1} className="list train">
      <p className="crumbs">
        <a href={hrefOf({ page: 'training' })}>{say('nav.training')}</a>
      </p>
      <h1>{say('train.title')}</h1>
      <p className="lead">{say('train.lead')}</p>
      <div className="form two">
        <TitledChoice
          words={say('train.model')}
          among={models.data}
          chosen={model.id}
          onChoose={(id) => setQuery({ model: id, set: undefined })}
        />
        <TitledChoice
          words={say('train.dataset')}
          among={[...datasets.data, { id: elsewhere, title: say('train.fromDvc') }]}
          chosen={dataset?.id ?? elsewhere}
          onChoose={(id) => setQuery(chosenData(id))}
        />
      </div>
      {dataset === undefined ? null : (
        <p className="quiet small">
          {say('dataset.brief', briefOf(dataset, formats))}{' '}
          <a href={hrefOf({ page: 'dataset', dataset: dataset.id })}>{say('dataset.open')}</a>
        </p>
      )}
      {unsettled === undefined ? null : <Problem {...unsettled} />}
      {settings.isPending || before.isLoading ? <Waiting words={say('page.wait')} /> : null}
      {settings.data === undefined || before.isLoading ? null : (
        <SettingsForm
          // Another try begins with its own values, also where only the address has changed.
          key={[model.id, query.get('set'), after].join(' ')}
          model={model.id}
          dataset={dataset}
          settings={settings.data}
          tried={triedOf(query.get('set')) as Record<string, SettingValue>}
          triedData={triedOf(query.get('dvc'))}
          problem={before.data?.problem}
          allowed={session.data?.roles.includes('scientist') ?? false}
        />
      )}
    </main>
  );
}

/** What stands for data that no dataset of the catalogue is yet: no id is empty. */
const elsewhere = '';

function chosenData(id: string): Record<'dataset' | 'dvc', string | undefined> {
  return id === elsewhere ? { dataset: undefined, dvc: '{}' } : { dataset: id, dvc: undefined };
}

/** An earlier try of an address; what was written by hand may hold anything. */
function triedOf(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
