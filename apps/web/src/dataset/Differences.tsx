import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DatasetVersion } from '@cairn/contracts';
import { gateway } from '../gateway.ts';
import { useWords } from '../language/words.ts';
import { Waiting } from '../shell/Notice.tsx';
import { Problem } from '../shell/Problem.tsx';

/** The versions of a dataset, and what differs between two of them. */
export function Differences({ dataset, versions }: { dataset: string; versions: readonly DatasetVersion[] }) {
  const { say, formats } = useWords();
  const newest = versions[0]?.version ?? 1;
  const [from, setFrom] = useState(Math.max(1, newest - 1));
  const [to, setTo] = useState(newest);
  return (
    <>
      <ol className="versions">
        {versions.map(({ version, at, actor, chips, buildings }) => (
          <li key={version}>
            <span>{say('dataset.version', { version, name: actor, at: formats.moment(at) })}</span>
            <span className="quiet small">{say('dataset.counts', { chips, buildings: formats.count(buildings) })}</span>
          </li>
        ))}
      </ol>
      {versions.length < 2 ? (
        <p className="quiet">{say('dataset.oneVersion')}</p>
      ) : (
        <>
          <div className="form two">
            <VersionChoice label={say('dataset.from')} value={from} onChange={setFrom} versions={versions} />
            <VersionChoice label={say('dataset.to')} value={to} onChange={setTo} versions={versions} />
          </div>
          <Difference dataset={dataset} from={from} to={to} />
        </>
      )}
    </>
  );
}

interface ChoiceProps {
  label: string;
  value: number;
  versions: readonly DatasetVersion[];
  onChange: (version: number) => void;
}

function VersionChoice({ label, value, versions, onChange }: ChoiceProps) {
  const { formats } = useWords();
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(Number(event.target.value))}>
        {versions.map(({ version, at }) => (
          <option key={version} value={version}>
            {`${version} (${formats.moment(at)})`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Difference({ dataset, from, to }: { dataset: string; from: number; to: number }) {
  const { say } = useWords();
  const diff = useQuery({
    queryKey: ['dataset-diff', dataset, from, to],
    queryFn: () => gateway.datasetDiff(dataset, from, to),
    staleTime: Infinity,
  });
  if (diff.isPending) return <Waiting words={say('page.wait')} />;
  if (diff.isError) return <Problem error={diff.error} />;
  const { chips, labels, properties } = diff.data;
  const rows = [
    ['diff.chipsAdded', chips.added],
    ['diff.chipsRemoved', chips.removed],
    ['diff.chipsChanged', chips.changed],
    ['diff.labelsAdded', labels.added],
    ['diff.labelsRemoved', labels.removed],
    ['diff.labelsMoved', labels.moved],
  ] as const;
  return (
    <div role="status">
      <ul className="findings">
        {rows
          .filter(([, { count }]) => count > 0)
          .map(([key, { count, names }]) => (
            <li key={key}>
              <details>
                <summary>{say(key, { count })}</summary>
                <ul lang="en" dir="ltr">
                  {names.map((name) => (
                    <li key={name}>
                      <code>{name}</code>
                    </li>
                  ))}
                </ul>
              </details>
            </li>
          ))}
        {properties.map(({ name, from: before, to: after }) => (
          <li key={name}>
            <code dir="ltr">{name}</code>: <bdi>{toldOf(before)}</bdi> → <bdi>{toldOf(after)}</bdi>
          </li>
        ))}
      </ul>
      {rows.every(([, { count }]) => count === 0) && properties.length === 0 ? <p>{say('diff.none')}</p> : null}
    </div>
  );
}

function toldOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
