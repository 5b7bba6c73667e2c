import type { Estimate, ThoughtOfTraining, TrainingEstimate } from '@cairn/contracts';
import type { Output } from './output.ts';

/** Tells a person what a prediction would take. */
export function tellEstimate(output: Output, estimate: Estimate): void {
  const { version, imagery, stored, seconds, range, learnt, money, areaKm2, blocks, tiles, warnings } = estimate;
  output.line(
    `${version} on ${imagery}: ${areaKm2.toFixed(3)} km² in ${blocks} blocks, ${tiles} tiles for the network.`,
  );
  if (stored) {
    output.line('The same request was answered before: the stored prediction comes at once.');
  } else {
    output.line(`About ${duration(seconds)} (${duration(range.from)} to ${duration(range.to)}); ${grounds(learnt)}.`);
  }
  output.line(money === undefined ? 'Not priced: no rate is set.' : `About ${money.amount} ${money.currency}.`);
  for (const { words } of warnings) output.line(`Note: ${words}`);
}

/** Tells a person what a training would take. */
export function tellTrainingEstimate(
  output: Output,
  { expected, learnt, money }: TrainingEstimate,
  { model, dataset }: ThoughtOfTraining,
): void {
  if (expected === null) {
    output.line(`${model} was never trained here: how long it takes is not known. It may be hours.`);
    return;
  }
  const { seconds, range } = expected;
  const { runs, differing, count } = learnt;
  const trainings = runs === 1 ? 'an earlier training' : `${runs} earlier trainings`;
  output.line(
    `About ${duration(seconds)} (${duration(range.from)} to ${duration(range.to)}); learnt from ${trainings} here` +
      `${count === null ? '' : ` with ${count.learnt} ${count.name}, for ${count.asked}`}.`,
  );
  if (differing.length > 0) output.line(`Not the same then: ${differing.join(', ')}. So the range is wide.`);
  if (dataset === undefined) output.line('Fetching the data comes on top.');
  output.line(money === undefined ? 'Not priced: no rate is set.' : `About ${money.amount} ${money.currency}.`);
}

function grounds({ from, runs }: Estimate['learnt']): string {
  if (from === 'nothing') return 'a guess, since nothing was predicted on this machine yet';
  const learnt = `learnt from the last ${runs} prediction${runs === 1 ? '' : 's'}`;
  return from === 'this-version' ? learnt : `${learnt} of other versions`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
