import { useQuery } from '@tanstack/react-query';
import { type ProcessId, type UsageGroup, usageGroups, type UsageRow } from '@cairn/contracts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { setQuery } from '../route/use-location.ts';
import { Empty, Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';
import { CostPlot } from './CostPlot.tsx';

/** As many rows as are drawn and shown; the file has them all. */
const shown = 100;

/** What jobs cost, added up by month, model or account, or job by job: a plot, its table, and both as a file. */
export function Costs({ query }: { query: URLSearchParams }) {
  const { say, formats } = useWords();
  const by: UsageGroup = usageGroups.find((one) => one === query.get('by')) ?? 'months';
  const usage = useQuery({ queryKey: ['usage', by], queryFn: () => gateway.usage(by), staleTime: 0 });
  const rows = usage.data?.rows ?? [];
  const isPriced = rows.some(({ money }) => money.length > 0);
  const nameOf = ({ key, process, created }: UsageRow): string => {
    if (by === 'months') return formats.month(key);
    if (by === 'jobs') return `${say(`process.${process as ProcessId}`)}, ${formats.moment(created!)}`;
    return key === '' ? say('costs.noModel') : key;
  };
  return (
    <>
      <div className="operate-filters">
        <label>
          {say('costs.by')}
          <select value={by} onChange={(event) => setQuery({ by: event.target.value })}>
            {usageGroups.map((one) => (
              <option key={one} value={one}>
                {say(`costBy.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <a className="button plain" href={`/usage/${by}.csv`} download>
          {say('costs.download')}
        </a>
      </div>
      {usage.isPending ? <Waiting words={say('page.wait')} /> : null}
      {usage.isError ? <Problem error={usage.error} retry={() => void usage.refetch()} /> : null}
      {usage.isSuccess && rows.length === 0 ? <Empty title={say('costs.none')} /> : null}
      {rows.length === 0 ? null : (
        <>
          <CostPlot rows={rows.slice(0, 24)} nameOf={nameOf} />
          <div className="table-scroll" role="region" tabIndex={0} aria-label={say('operate.costs')}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{say(`costBy.${by}`)}</th>
                  {by === 'jobs' ? <th scope="col">{say('jobs.account')}</th> : null}
                  <th scope="col">{say('costs.jobs')}</th>
                  <th scope="col">{say('costs.wall')}</th>
                  <th scope="col">{say('costs.cpu')}</th>
                  {isPriced ? <th scope="col">{say('costs.money')}</th> : null}
                </tr>
              </thead>
              <tbody>
                {rows.slice(0, shown).map((row) => (
                  <tr key={row.key}>
                    <th scope="row">{nameOf(row)}</th>
                    {by === 'jobs' ? <td>{row.account}</td> : null}
                    <td>{formats.count(row.jobs)}</td>
                    <td>{formats.duration(row.wallSeconds)}</td>
                    <td>{formats.duration(row.cpuSeconds)}</td>
                    {isPriced ? (
                      <td>{row.money.map(({ amount, currency }) => formats.money(amount, currency)).join(' + ')}</td>
                    ) : null}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <p className="quiet small">{say(isPriced ? 'costs.lead' : 'costs.notPriced')}</p>
          {rows.length > shown ? <p className="quiet small">{say('costs.rest', { count: rows.length })}</p> : null}
        </>
      )}
    </>
  );
}
