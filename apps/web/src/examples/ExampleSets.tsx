import type { ExampleSet } from '@cairn/contracts';
import { useWords } from '../language/words.ts';
import { ExampleFigure } from './ExampleFigure.tsx';
import { ExampleLegend } from './ExampleLegend.tsx';
import './examples.css';

interface Props {
  sets: readonly ExampleSet[];
  /** Those of another version: its pictures of the same chips stand beside. */
  beside?: readonly ExampleSet[] | undefined;
}

/** Pictures of what a version finds, misses and invents, with what they are of and how they were chosen. */
export function ExampleSets({ sets, beside = [] }: Props) {
  return sets.map((set) => {
    const other = beside.find(({ datasetDigest }) => datasetDigest === set.datasetDigest);
    return <OneSet key={set.datasetDigest} set={set} other={other} />;
  });
}

function OneSet({ set, other }: { set: ExampleSet; other: ExampleSet | undefined }) {
  const { say } = useWords();
  const { title, datasetVersion: version, part, licence, attribution, pictures } = set;
  const count = pictures.length;
  return (
    <div className="example-set">
      <p>
        {say(part === 'held-out' ? 'example.fromHeldOut' : 'example.fromAny', { count, title, version })}{' '}
        {say(`example.${seenOf(set)}`)} {say('example.chosen')}
      </p>
      <ExampleLegend />
      <div className={other === undefined ? 'examples' : 'examples paired'}>
        {pictures.flatMap((picture) => {
          const pair = other?.pictures.find(({ chipDigest }) => chipDigest === picture.chipDigest);
          const label = (of: ExampleSet) => (other === undefined ? undefined : of.version);
          return [
            <ExampleFigure key={picture.digest} picture={picture} title={title} version={label(set)} />,
            pair === undefined ? null : (
              <ExampleFigure key={pair.digest} picture={pair} title={title} version={label(other!)} />
            ),
          ];
        })}
      </div>
      <p className="quiet small">{say('example.rule')}</p>
      <p className="quiet small" dir="auto">
        {say('example.images', { licence })} {attribution}
      </p>
      <Origin set={set} />
    </div>
  );
}

/** Whether the version may have learnt from what is shown. */
function seenOf({ part, relation }: ExampleSet): 'elsewhere' | 'notLearnt' | 'maybeLearnt' {
  if (relation === 'apart') return 'elsewhere';
  return relation === 'same' && part === 'held-out' ? 'notLearnt' : 'maybeLearnt';
}

function Origin({ set }: { set: ExampleSet }) {
  const { say, formats } = useWords();
  const { version, weightsDigest, packageDigest, dataset, datasetVersion, datasetDigest, commit, software, at } = set;
  const facts = [
    [say('example.version'), `${version}, ${weightsDigest}`],
    [say('example.package'), packageDigest],
    [say('example.data'), `${dataset}, ${datasetVersion}, ${datasetDigest}`],
    [say('example.commit'), commit],
  ] as const;
  return (
    <details className="example-origin small">
      <summary>{say('example.origin')}</summary>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <code dir="ltr">{value}</code>
            </dd>
          </div>
        ))}
      </dl>
      <p className="quiet">{say('example.drawn', { software, at: formats.moment(at) })}</p>
    </details>
  );
}
