import { CairnError } from '@cairn/contracts';
import { MlflowError } from './transport.ts';

/**
 * Repeats "look, else make" where the making may or may not have arrived: MLflow died with the request in hand, or
 * somebody else was faster. The second look finds what the first try left.
 */
export async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const exists = error instanceof MlflowError && error.code === 'RESOURCE_ALREADY_EXISTS';
      const broken = error instanceof CairnError && error.code === 'mlflow-unavailable';
      if (attempt === 3 || !(exists || broken)) throw error;
    }
  }
}
