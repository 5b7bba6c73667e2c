import { join } from 'node:path';
import { readSecret, writeWhole } from './secret-file.ts';
import { isToken, newToken } from './tokens.ts';

/**
 * The owner's token: the one that is given, which all gateways of a database share; else that of the state folder, made at the first
 * start, and again where its file is gone or holds something else. To change it, remove the file and start again. The file
 * `token` (0600) holds it in both cases, since the command line reads it there.
 * @param given the setting CAIRN_OWNER_TOKEN; empty: none
 */
export async function readOwnerToken(home: string, given = ''): Promise<string> {
  const file = join(home, 'token');
  const held = (await readSecret(file))?.trim() ?? '';
  if (given === '' ? isToken(held) : held === given) return held;
  const token = given === '' ? newToken() : given;
  await writeWhole(file, `${token}\n`, 0o600);
  return token;
}
