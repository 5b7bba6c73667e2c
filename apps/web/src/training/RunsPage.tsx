import { useQueries, useQuery } from '@tanstack/react-query';
import type { RunHistory, RunInfo } from '@cairn/contracts';
import { inOrder, isShare, metricName } from '../approve/metrics.ts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import '../model/model.css';
import { hrefOf } from '../route/place.ts';
import { setQuery } from '../route/use-location.ts';
import { failureOf } from '../shell/failure.ts';
import { Empty, FailurePage, Waiting, WaitingPage } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { useTitle } from '../shell/use-title.ts';
import { differingParameters, metricRows } from './comparison.ts';
import { CurvePlot } from './CurvePlot.tsx';
import { TitledChoice } from './TitledChoice.tsx';
import './training.css';

/** Runs beside each other: what was set differently, how good they became, and their curves in one plot. */
export default function RunsPage({ query }: { query: URLSearchParams }) {
  const { say } = useWords();
  useTitle(say('runs.title'));
  const models = useQuery({ queryKey: ['packages'], queryFn: () => gateway.models() });
  const model = models.data?.find(({ id }) => id === query.get('model')) ?? models.data?.[0];
  const runs = useQuery({
    queryKey: ['runs', model?.id],
    queryFn: () => gateway.runs(model!.id),
    enabled: model !== undefined,
    staleTime: 0,
  });
  const failure = failureOf(models);
  if (failure !== undefined) return <FailurePage {...failure} />;
  if (models.data === undefined) return <WaitingPage words={say('page.wait')} />;
  const named = query.get('runs')?.split(',') ?? runs.data?.slice(0, 2).map(({ run }) => run) ?? [];
  const chosen = (runs.data ?? []).filter(({ run }) => named.includes(run)).slice(0, 4);
  return (
    <main id="main" tabIndex={-1} className="model runs">
      <p className="crumbs">
        <a href={hrefOf({ page: 'training' })}>{say('nav.training')}</a>
      </p>
      <h1>{say('runs.title')}</h1>
      <p className="lead">{say('runs.lead')}</p>
      {models.data.length < 2 ? null : (
        <div className="form two">
          <TitledChoice
            words={say('train.model')}
            among={models.data}
            chosen={model?.id}
            onChoose={(id) => setQuery({ model: id, runs: undefined })}
          />
        </div>
      )}
      {runs.isError ? <Problem error={runs.error} retry={() => void runs.refetch()} /> : null}
      {runs.isLoading ? <Waiting words={say('runs.wait')} /> : null}
      {model === undefined || runs.data?.length === 0 ? <Empty title={say('runs.none')} /> : null}
      {runs.data === undefined || runs.data.length === 0 ? null : (
        <RunChoice runs={runs.data} chosen={chosen.map(({ run }) => run)} />
      )}
      {chosen.length < 2 ? null : <Compared runs={chosen} />}
    </main>
  );
}

function RunChoice({ runs, chosen }: { runs: readonly RunInfo[]; chosen: readonly string[] }) {
  const { say, formats } = useWords();
  return (
    <fieldset className="run-choice">
      <legend>{say('runs.choose')}</legend>
      {runs.map(({ run, title, status, started, version }) => {
        const isChosen = chosen.includes(run);
        return (
          <label key={run} className="choice">
            <input
              type="checkbox"
              checked={isChosen}
              disabled={!isChosen && chosen.length >= 4}
              onChange={() =>
                setQuery({
                  runs: (isChosen ? chosen.filter((one) => one !== run) : [...chosen, run]).join(',') || 'none',
                })
              }
            />
            <span>
              <bdi>{version ?? run.slice(0, 8)}</bdi> · <bdi>{title}</bdi>
              <span className="quiet small">
                {' '}
                {formats.moment(started)} · {say(`run.${status}`)}
              </span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}

function Compared({ runs }: { runs: readonly RunInfo[] }) {
  const { say, formats } = useWords();
  const histories = useQueries({
    queries: runs.map(({ run }) => ({ queryKey: ['run', run], queryFn: () => gateway.runHistory(run) })),
    combine: (all) => ({
      data: all.flatMap(({ data }) => (data === undefined ? [] : [data])),
      error: all.find(({ error }) => error !== null)?.error ?? null,
      isPending: all.some(({ isPending }) => isPending),
    }),
  });
  const labels = runs.map(labelOf);
  const parameters = differingParameters(runs);
  return (
    <>
      <section>
        <h2>{say('runs.parameters')}</h2>
        {parameters.length === 0 ? (
          <p>{say('runs.sameParameters')}</p>
        ) : (
          <RunTable
            caption={say('runs.parameters')}
            labels={labels}
            rows={parameters}
            told={(_, value) => value}
            missing={say('runs.notTold')}
          />
        )}
      </section>
      <section>
        <h2>{say('runs.metrics')}</h2>
        <RunTable
          caption={say('runs.metrics')}
          labels={labels}
          rows={inOrder(metricRows(runs))}
          told={(name, value) => (isShare(name) ? formats.share(value) : formats.figure(value))}
          missing={say('evidence.missing')}
        />
      </section>
      <section>
        <h2>{say('work.curves')}</h2>
        {histories.error === null ? null : <Problem error={histories.error} />}
        {histories.isPending ? <Waiting words={say('work.curvesWait')} /> : <Overlaid runs={histories.data} />}
      </section>
    </>
  );
}

function Overlaid({ runs }: { runs: readonly RunHistory[] }) {
  const { say } = useWords();
  const names = [...new Set(runs.flatMap(({ curves }) => curves.map(({ name }) => name)))].sort();
  if (names.length === 0) return <p className="quiet">{say('work.noCurves')}</p>;
  return (
    <div className="curve-plots">
      {names.map((name) => (
        <CurvePlot
          key={name}
          name={name}
          series={runs.flatMap((run) =>
            run.curves.filter((curve) => curve.name === name).map(({ points }) => ({ label: labelOf(run), points })),
          )}
        />
      ))}
    </div>
  );
}

interface TableProps<V> {
  caption: string;
  labels: readonly string[];
  rows: readonly { name: string; values: (V | undefined)[] }[];
  told: (name: string, value: V) => string;
  /** What stands where a run has no value. */
  missing: string;
}

function RunTable<V>({ caption, labels, rows, told, missing }: TableProps<V>) {
  const { say } = useWords();
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={caption}>
      <table className="figure-table">
        <thead>
          <tr>
            <th scope="col">{say('runs.name')}</th>
            {labels.map((label) => (
              <th key={label} scope="col" className="number">
                <bdi>{label}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, values }) => {
            const known = metricName(name);
            return (
              <tr key={name}>
                <th scope="row">{known === undefined ? <code dir="ltr">{name}</code> : say(known)}</th>
                {values.map((value, index) => (
                  <td key={labels[index]} className="number">
                    {value === undefined ? missing : <bdi>{told(name, value)}</bdi>}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What a run is called beside others: the version that it left, else the beginning of its id. */
function labelOf({ version, run }: RunInfo): string {
  return version ?? run.slice(0, 8);
}
