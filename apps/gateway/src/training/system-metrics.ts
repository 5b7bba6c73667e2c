import { locks } from './lock.ts';

/**
 * What lets MLflow log processor, memory, disk and network of each step into its run, beside what the package logs. MLflow
 * needs psutil for it, and refuses to start a run where that is not there: so only a package whose lock names it is asked.
 */
export function systemMetrics(lock: string): Record<string, string> {
  return locks(lock, 'psutil') ? { MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING: 'true' } : {};
}
