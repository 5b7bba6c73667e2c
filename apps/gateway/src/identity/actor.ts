/** The roles of the policy table. The single owner of a laptop holds all of them. */
export const roles = ['mapper', 'scientist', 'approver', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** Who asks: an account, or a step of a job that holds a token of its job only. */
export interface Actor {
  /** Account name, as `owner`; for a step the account that started its job. */
  id: string;
  roles: readonly Role[];
  /** Set where a token of a job speaks: it may reach MLflow and its own job, nothing else. */
  jobId?: string;
}
