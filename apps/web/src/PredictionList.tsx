import { useQuery } from '@tanstack/react-query';
import { listPredictions } from './gateway.ts';
import { Failure, Waiting } from './Notice.tsx';
import { formatCount, formatKm2 } from './format.ts';

/** Every prediction, the newest first. */
export function PredictionList() {
  const list = useQuery({ queryKey: ['predictions'], queryFn: listPredictions });
  if (list.isPending) return <Waiting words="Looking for predictions" />;
  if (list.isError) return <Failure error={list.error} />;
  if (list.data.length === 0) {
    return (
      <main className="notice">
        <h1>No predictions yet</h1>
        <p>
          Make the first one with <code>make demo</code>, or with <code>cairn predict</code> on imagery of your own.
        </p>
      </main>
    );
  }
  return (
    <main className="list">
      <h1>Predictions</h1>
      <ul>
        {list.data.map((prediction) => (
          <li key={prediction.id}>
            <a href={`#/predictions/${encodeURIComponent(prediction.id)}`}>
              <strong>{prediction.imagery}</strong>
              <span>
                {formatCount(prediction.features)} buildings on {formatKm2(prediction.areaKm2)}
              </span>
              <span className="quiet">
                {prediction.model}, version {prediction.version} · {new Date(prediction.at).toLocaleString()}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </main>
  );
}
