import { type Role, roles } from '@cairn/contracts';

export { type Role, roles };

/** Who asks: an account, or a step of a job that holds a token of its job only. */
export interface Actor {
  /** Account name, as `owner`; for a step the account that started its job. */
  id: string;
  roles: readonly Role[];
  /** Set where a token of a job speaks: it may reach MLflow and its own job, nothing else. */
  jobId?: string;
}
