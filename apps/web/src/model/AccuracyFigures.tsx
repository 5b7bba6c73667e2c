import { accuracyOf } from '../catalog/accuracy.ts';
import { useWords } from '../language/words.ts';

/** How good a version is, as sentences with bars; measured where its makers held data out. */
export function AccuracyFigures({ metrics }: { metrics: Record<string, number> }) {
  const { say, formats } = useWords();
  const accuracy = accuracyOf(metrics);
  const { test_iou: iou, test_objects: objects } = metrics;
  if (accuracy === undefined && iou === undefined) return <p>{say('card.notMeasured')}</p>;
  return (
    <>
      <ul className="figures-list">
        {accuracy === undefined ? null : (
          <>
            <Figure
              share={accuracy.found}
              words={say(accuracy.by === 'thing' ? 'model.found' : 'model.foundArea', {
                share: formats.percent(accuracy.found),
              })}
            />
            <Figure
              share={accuracy.right}
              words={say(accuracy.by === 'thing' ? 'model.right' : 'model.rightArea', {
                share: formats.percent(accuracy.right),
              })}
            />
          </>
        )}
        {iou === undefined ? null : <Figure share={iou} words={say('model.iou', { share: formats.percent(iou) })} />}
      </ul>
      <p className="quiet small">
        {objects === undefined ? say('model.heldOut') : say('model.heldOutObjects', { count: objects })}
      </p>
    </>
  );
}

function Figure({ share, words }: { share: number; words: string }) {
  return (
    <li>
      <span>{words}</span>
      <span className="share" aria-hidden="true">
        <span style={{ inlineSize: `${100 * share}%` }} />
      </span>
    </li>
  );
}
