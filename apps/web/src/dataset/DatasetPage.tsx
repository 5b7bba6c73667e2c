import { useQuery } from '@tanstack/react-query';
import { CairnError } from '@cairn/contracts';
import { briefOf, type DatasetChoice, useDatasets } from '../catalog/datasets.ts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import '../model/model.css';
import { hrefOf } from '../route/place.ts';
import { failureOf } from '../shell/failure.ts';
import { FailurePage, WaitingPage } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { useTitle } from '../shell/use-title.ts';
import { ChipMap } from './ChipMap.tsx';
import { Differences } from './Differences.tsx';
import { Findings } from './Findings.tsx';
import { RevokeDataset } from './RevokeDataset.tsx';
import './dataset.css';

/** A dataset: where its chips and labels lie, what was found in it, how it changed, what its licence allows. */
export default function DatasetPage({ id }: { id: string }) {
  const { say } = useWords();
  const datasets = useDatasets();
  const failure = failureOf(datasets);
  if (failure !== undefined) return <FailurePage {...failure} />;
  if (datasets.data === undefined) return <WaitingPage words={say('page.wait')} />;
  const dataset = datasets.data.find((one) => one.id === id);
  if (dataset === undefined) {
    const action = 'Choose one of those on the page "Training".';
    return <FailurePage error={new CairnError('not-found', `There is no dataset ${id}.`, { where: id, action })} />;
  }
  return <Dataset dataset={dataset} />;
}

function Dataset({ dataset }: { dataset: DatasetChoice }) {
  const { say, formats } = useWords();
  const { id, title, buildingShare, gsd, licence, attribution, data, digest } = dataset;
  useTitle(title);
  const versions = useQuery({ queryKey: ['dataset-versions', id], queryFn: () => gateway.datasetVersions(id) });
  return (
    <main id="main" tabIndex={-1} className="model dataset">
      <p className="crumbs">
        <a href={hrefOf({ page: 'training' })}>{say('nav.training')}</a>
      </p>
      <div className="model-head">
        <div>
          <h1>{title}</h1>
          <p className="lead">{say('dataset.brief', briefOf(dataset, formats))}</p>
        </div>
        <a className="button" href={hrefOf({ page: 'train' }, { dataset: id })}>
          {say('dataset.train')}
        </a>
      </div>
      <ChipMap dataset={dataset} />
      <div className="model-columns">
        <div>
          <section>
            <h2>{say('dataset.problems')}</h2>
            <Findings warnings={dataset.warnings} />
          </section>
          <section>
            <h2>{say('dataset.changes')}</h2>
            {versions.isError ? <Problem error={versions.error} retry={() => void versions.refetch()} /> : null}
            {versions.data === undefined ? null : <Differences dataset={id} versions={versions.data} />}
          </section>
        </div>
        <aside>
          <section>
            <h2>{say('model.facts')}</h2>
            <dl className="facts">
              <dt>{say('dataset.balance')}</dt>
              <dd>
                {say('dataset.built', { share: formats.share(buildingShare) })}
                <span className="share" aria-hidden="true">
                  <span style={{ inlineSize: `${100 * buildingShare}%` }} />
                </span>
              </dd>
              <dt>{say('filter.resolution')}</dt>
              <dd>{say('card.gsd', { gsd: formats.metres(gsd) })}</dd>
              <dt>{say('filter.licence')}</dt>
              <dd>{licence}</dd>
              {attribution === '' ? null : (
                <>
                  <dt>{say('dataset.attribution')}</dt>
                  <dd dir="auto">{attribution}</dd>
                </>
              )}
              <dt>{say('dataset.kind')}</dt>
              <dd>{say(`data.${data}`)}</dd>
              <dt>{say('dataset.digest')}</dt>
              <dd>
                <code dir="ltr" title={digest}>
                  {digest.slice(0, 19)}…
                </code>
              </dd>
            </dl>
          </section>
          <RevokeDataset id={id} />
        </aside>
      </div>
    </main>
  );
}
