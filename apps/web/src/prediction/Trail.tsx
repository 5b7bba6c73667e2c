import { KNOWN_WORDS, type Verification, type VerifiedFact } from '@cairn/receipt';
import type { MessageKey } from '../language/messages.ts';
import { useWords } from '../language/words.ts';

/** The trail's steps in a mapper's words, each with the facts that prove it. */
const steps = [
  { title: 'trail.features', facts: ['features', 'areaKm2', 'parameters'] },
  { title: 'trail.imagery', facts: ['imagery', 'imageryDigests'] },
  { title: 'trail.approver', facts: ['approver'] },
  { title: 'trail.model', facts: ['model', 'version', 'weightsDigest'] },
  { title: 'trail.run', facts: ['mlflowRun', 'environmentDigest'] },
  { title: 'trail.data', facts: ['datasetDigest', 'licences'] },
  { title: 'trail.code', facts: ['codeCommit', 'packageDigest'] },
] as const satisfies { title: MessageKey; facts: readonly string[] }[];

/** From the buildings back to the code: every step checked here in the browser, by the code that `cairn verify` runs. */
export function Trail({ verdict }: { verdict: Verification | undefined }) {
  const { say } = useWords();
  if (verdict === undefined) return <p role="status">{say('trail.wait')}</p>;
  const failed = verdict.checks.filter((check) => !check.ok);
  return (
    <section aria-label={say('trail.label')}>
      <h2>{say('trail.title')}</h2>
      <p className={verdict.ok ? 'seal good' : 'seal bad'} role="status">
        {verdict.ok
          ? say('trail.holds', { count: verdict.checks.length })
          : say('trail.fails', { failed: failed.length, count: verdict.checks.length })}
      </p>
      {failed.length === 0 ? null : (
        <ul className="failures" lang="en">
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
              <h3>{say(title)}</h3>
              <p className="trail-main" lang="en" dir="auto">
                {found[0]?.words}
              </p>
              <details>
                <summary>{say('trail.more')}</summary>
                <dl>
                  {found.map((fact) => (
                    <FactRow key={fact.name} fact={fact} />
                  ))}
                </dl>
              </details>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** A fact, in the words of the receipt, which are English. */
function FactRow({ fact }: { fact: VerifiedFact }) {
  const { say } = useWords();
  return (
    <div>
      <dt lang="en">{fact.title}</dt>
      <dd lang="en" dir="auto">
        <span className={/^(sha256:|[0-9a-f]{32})/.test(fact.words) ? 'digest' : undefined} title={fact.words}>
          {fact.words}
        </span>
        {fact.known === 'imported' ? (
          <em className="quiet" title={KNOWN_WORDS.imported}>
            {say('trail.imported')}
          </em>
        ) : null}
      </dd>
    </div>
  );
}
