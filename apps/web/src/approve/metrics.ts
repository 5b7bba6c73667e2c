import type { MessageKey } from '../language/messages.ts';

/** The figures that packages tell of a version by agreed names, with what they are called. */
const names = {
  test_object_recall: 'metric.test_object_recall',
  test_object_precision: 'metric.test_object_precision',
  test_object_f1: 'metric.test_object_f1',
  test_recall: 'metric.test_recall',
  test_precision: 'metric.test_precision',
  test_iou: 'metric.test_iou',
  test_calibration_error: 'metric.test_calibration_error',
  test_calibration_error_before: 'metric.test_calibration_error_before',
  test_objects: 'metric.test_objects',
  test_predicted: 'metric.test_predicted',
} as const satisfies Record<string, MessageKey>;

/** What a figure is called; undefined for those of a package's own. */
export function metricName(name: string): MessageKey | undefined {
  return Object.hasOwn(names, name) ? names[name as keyof typeof names] : undefined;
}

/** Whether a figure is a share of 0..1; what packages tell by names of their own is not known to be. */
export function isShare(name: string): boolean {
  return metricName(name) !== undefined && name !== 'test_objects' && name !== 'test_predicted';
}

/** Whether more of a figure is better; undefined for those that only count something, or are not known here. */
export function isBetterHigher(name: string): boolean | undefined {
  if (!isShare(name)) return undefined;
  return !name.startsWith('test_calibration_error');
}

/** Figures in the order in which people ask for them; those of a package's own come last. */
export function inOrder<F extends { name: string }>(figures: readonly F[]): F[] {
  const places = Object.keys(names);
  const place = ({ name }: F): number => (metricName(name) === undefined ? places.length : places.indexOf(name));
  return [...figures].sort((a, b) => place(a) - place(b));
}
