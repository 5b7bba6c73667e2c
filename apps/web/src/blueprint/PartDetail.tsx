import type { BlueprintPart } from '@cairn/contracts';
import { useWords } from '../language/words.ts';
import type { StandIn } from './Diagram.tsx';

/** A part of the platform: what it does, why it was chosen, what stands in for it here, and how it is now. */
export function PartDetail({ part }: { part: BlueprintPart }) {
  const { say } = useWords();
  const { id, standIn, state, version, address, detail, milliseconds } = part;
  return (
    <section id="part-detail" className="part-detail" aria-label={say(`part.${id}`)}>
      <div>
        <h2>{say(`part.${id}`)}</h2>
        <p>{say(`part.${id}.role`)}</p>
        <h3>{say('blueprint.why')}</h3>
        <p>{say(`part.${id}.why`)}</p>
        {standIn ? (
          <>
            <h3>{say('blueprint.here')}</h3>
            <p>{say(`part.${id as StandIn}.here`)}</p>
          </>
        ) : null}
      </div>
      <dl>
        <dt>{say('blueprint.state')}</dt>
        <dd className="part-state" data-state={state}>
          {say(`blueprint.${state}`)}
        </dd>
        {version === undefined ? null : (
          <>
            <dt>{say('blueprint.version')}</dt>
            <dd dir="ltr" translate="no">
              {version}
            </dd>
          </>
        )}
        {address === undefined ? null : (
          <>
            <dt>{say('blueprint.address')}</dt>
            <dd>
              <code dir="ltr">{address.replace(/^\.\//, '')}</code>
              {address.startsWith('./') ? <span className="quiet small"> {say('blueprint.inHome')}</span> : null}
            </dd>
          </>
        )}
        {detail === undefined ? null : (
          <>
            <dt>{say(state === 'down' ? 'blueprint.reason' : 'blueprint.detail')}</dt>
            <dd lang="en" dir="auto">
              {detail}
            </dd>
          </>
        )}
        <dt>{say('blueprint.answered')}</dt>
        <dd>{say('unit.ms', { value: milliseconds })}</dd>
      </dl>
    </section>
  );
}
