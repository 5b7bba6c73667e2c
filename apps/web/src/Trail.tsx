import { KNOWN_WORDS, type Verification, type VerifiedFact } from '@cairn/receipt';

/** The trail's steps in a mapper's words, each with the facts that prove it. */
const steps: { title: string; facts: string[] }[] = [
  { title: 'These buildings', facts: ['features', 'areaKm2', 'parameters'] },
  { title: 'On this image', facts: ['imagery', 'imageryDigests'] },
  { title: 'Approved by', facts: ['approver'] },
  { title: 'Found by this model', facts: ['model', 'version', 'weightsDigest'] },
  { title: 'Trained in this run', facts: ['mlflowRun', 'environmentDigest'] },
  { title: 'On this data', facts: ['datasetDigest', 'licences'] },
  { title: 'With this code', facts: ['codeCommit', 'packageDigest'] },
];

/** From the buildings back to the code: every step checked here in the browser, by the code that `cairn verify` runs. */
export function Trail({ verdict }: { verdict: Verification | undefined }) {
  if (verdict === undefined) return <p role="status">Checking the receipt …</p>;
  const failed = verdict.checks.filter((check) => !check.ok);
  return (
    <section aria-label="Trail">
      <h2>Where this came from</h2>
      <p className={verdict.ok ? 'seal good' : 'seal bad'} role="status">
        {verdict.ok
          ? `The receipt holds: ${verdict.checks.length} checks passed, here in your browser.`
          : `The receipt does not hold: ${failed.length} of ${verdict.checks.length} checks failed.`}
      </p>
      {failed.length === 0 ? null : (
        <ul className="failures">
          {failed.map((check) => (
            <li key={check.name}>{check.words}</li>
          ))}
        </ul>
      )}
      <ol className="trail">
        {steps.map(({ title, facts }) => {
          const found = facts.flatMap((name) => verdict.facts.find((fact) => fact.name === name) ?? []);
          return (
            <li key={title} className={found.every((fact) => fact.ok) ? 'good' : 'bad'}>
              <h3>{title}</h3>
              <dl>
                {found.map((fact) => (
                  <FactRow key={fact.name} fact={fact} />
                ))}
              </dl>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function FactRow({ fact }: { fact: VerifiedFact }) {
  return (
    <div>
      <dt>{fact.title}</dt>
      <dd>
        <span className={/^(sha256:|[0-9a-f]{32})/.test(fact.words) ? 'digest' : undefined} title={fact.words}>
          {fact.words}
        </span>
        {fact.known === 'imported' ? (
          <em className="quiet" title={KNOWN_WORDS.imported}>
            told by a record
          </em>
        ) : null}
      </dd>
    </div>
  );
}
