import { join } from 'node:path';
import { readSecret, writeWhole } from './secret-file.ts';
import { isToken, newToken } from './tokens.ts';

/**
 * The owner's token of a state folder, in the file `token` (0600); made at the first start, and again where the file is
 * gone or holds something else. To change it, remove the file and start again.
 */
export async function readOwnerToken(home: string): Promise<string> {
  const file = join(home, 'token');
  const held = (await readSecret(file))?.trim() ?? '';
  if (isToken(held)) return held;
  const token = newToken();
  await writeWhole(file, `${token}\n`, 0o600);
  return token;
}
