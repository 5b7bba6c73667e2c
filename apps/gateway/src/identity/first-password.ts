import type { Accounts } from './accounts.ts';
import { owner } from './tokens.ts';

/**
 * Sets the owner's password where the owner has none, so that a gateway that others reach can be signed in to from its first
 * start on. One that is there stays: whoever changed it meant it.
 */
export async function givePassword(accounts: Pick<Accounts, 'list' | 'setPassword'>, password: string): Promise<void> {
  const held = (await accounts.list()).find(({ id }) => id === owner.id);
  if (held?.hasPassword === false) await accounts.setPassword(owner.id, { password }, owner);
}
