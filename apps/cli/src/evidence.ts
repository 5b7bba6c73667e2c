import type { Evidence, ExampleSet, ShadowRecord, Shown } from '@cairn/contracts';
import type { Output } from './output.ts';

/** Tells what there is to see of a version: its figures beside those in production, limits, pictures, licences. */
export function tellEvidence(output: Output, { evidence, card, shadow }: Shown, address: string): void {
  const { figures, evaluations, inProduction, licences } = evidence;
  output.line(`${evidence.version}: ${evidence.title}`);
  output.line(
    `  ${evidence.stage}, by ${evidence.author}, on ${evidence.data} data; its figures are ${evidence.known}`,
  );
  output.line(
    evidence.tried
      ? '  the entry points of its package were seen to run here, on tiny data'
      : '  the entry points of its package were never tried here: "cairn model register DIR --try" does it',
  );
  for (const { version, words } of inProduction) output.line(`  in production: ${version}, ${words}`);
  if (inProduction.length === 0) output.line('  no other version is in production');
  output.line();
  tellFigures(output, figures);
  output.line();
  for (const { dataset, testSet, words, figures: measured } of evaluations) {
    output.line(`  measured on ${dataset} (${testSet}), ${words}:`);
    tellFigures(output, measured);
    output.line();
  }
  if (shadow !== null) {
    output.line('  as a shadow:');
    tellShadowRecord(output, shadow);
    output.line();
  }
  for (const limit of card.limits) output.line(`  limit: ${limit}`);
  for (const { title, href } of card.pictures) output.line(`  picture: ${title}  ${address}${href}`);
  for (const set of card.examples) tellExamples(output, set, address);
  for (const { of, title, licence, conflicts, unknown } of licences) {
    output.line(`  licence of the ${of} (${title}): ${licence}`);
    for (const conflict of conflicts) output.line(`    CONFLICT with the use "${evidence.use}": ${conflict}`);
    for (const id of unknown) output.line(`    not known to Cairn, read it yourself: ${id}`);
  }
  output.line(`  declared use: ${evidence.use}`);
}

/** Tells of example pictures: what was counted on each, which chips they are, and what they were made of. */
export function tellExamples(output: Output, set: ExampleSet, address: string): void {
  const { version, title, datasetVersion, words, pictures, licence, attribution } = set;
  output.line(`  examples of ${version} on ${title}, version ${datasetVersion} (${set.datasetDigest}):`);
  output.line(`    ${words}`);
  for (const { chip, href, hits, misses, inventions } of pictures) {
    output.line(`    ${chip}: ${hits} hits, ${misses} misses, ${inventions} inventions  ${address}${href}`);
  }
  output.line(`    weights ${set.weightsDigest}, data at commit ${set.commit}, drawn by Cairn ${set.software}`);
  output.line(`    images: ${licence}${attribution === '' ? '' : `, ${attribution}`}`);
}

/** Tells how a version did as a shadow, over all predictions that it ran again. */
export function tellShadowRecord(output: Output, { compared, waiting, failed, beside }: ShadowRecord): void {
  output.line(`  ${compared} predictions compared, ${waiting} waiting, ${failed} failed`);
  for (const { version, compared: times, figures } of beside) {
    const { features, areaM2, matched, missing, added, meanIou, confidence } = figures;
    output.line(`  beside ${version}, on ${times} of them:`);
    output.line(`    buildings: ${features.shadow} found, ${features.answered} answered`);
    output.line(`    area: ${areaM2.shadow} m² found, ${areaM2.answered} m² answered`);
    output.line(`    ${matched} found by both, ${missing} missed, ${added} added`);
    if (meanIou === null || confidence === null) continue;
    const { shadow, answered, difference } = confidence;
    output.line(`    of those found by both: mean IoU ${meanIou},`);
    output.line(`    mean confidence ${shadow}, answered ${answered}, apart by ${difference}`);
  }
}

function tellFigures(output: Output, figures: Evidence['figures']): void {
  for (const { name, value, beside } of figures) {
    const others = Object.entries(beside).map(([version, figure]) => `${version}: ${figure}`);
    output.line(`  ${name.padEnd(26)} ${String(value).padStart(8)}  ${others.join('  ')}`);
  }
}
