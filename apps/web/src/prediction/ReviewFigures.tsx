import type { ReviewFigures as Figures } from '@cairn/contracts';
import { useWords } from '../language/words.ts';
import { reviewedHref } from './predictions.ts';

/** What the review says of the model: how much of what was looked at is a building, and how well that is known. */
export function ReviewFigures({ id, figures }: { id: string; figures: Figures }) {
  const { say, formats } = useWords();
  const { accepted, fixed, rejected, precision } = figures;
  if (precision === null) return <p className="quiet">{say('review.lead')}</p>;
  return (
    <>
      <p className="precision">
        {say('review.precision', {
          count: accepted + fixed + rejected,
          share: formats.percent(precision.share),
          low: formats.percent(precision.low),
          high: formats.percent(precision.high),
        })}
      </p>
      <svg className="interval" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect x="0" y="3" width="100" height="2" fill="var(--rule)" />
        <rect
          x={100 * precision.low}
          y="1"
          width={100 * (precision.high - precision.low)}
          height="6"
          fill="var(--accent)"
          opacity="0.35"
        />
        <rect x={Math.min(99, 100 * precision.share)} y="0" width="1" height="8" fill="var(--accent)" />
      </svg>
      <p className="quiet small">
        {say('review.counts', { accepted, fixed, rejected })} {say('review.lot')}
      </p>
      <p>
        <a href={reviewedHref(id)} download>
          {say('review.download')}
        </a>
      </p>
    </>
  );
}
