import { hash, verify } from '@node-rs/argon2';

/**
 * Argon2id, the library's default: 46 MiB, two passes, one lane. More than either row of OWASP's table asks for (46 MiB and
 * one pass; 19 MiB and two). It runs in the thread pool, four at once at most, so that sign-ins cannot eat the memory.
 */
const cost = { memoryCost: 47_104, timeCost: 2, parallelism: 1 };

/** What the database keeps of a password. */
export function hashPassword(password: string): Promise<string> {
  return hash(normal(password), cost);
}

/** Whether a password is the one that was kept; `null` is nobody's and takes as long as any. */
export async function isPassword(kept: string | null, password: string): Promise<boolean> {
  const fits = await verify(kept ?? (await nobodys()), normal(password));
  return fits && kept !== null;
}

let made: Promise<string> | undefined;

/** A hash of the same cost that stands in for one that is not there. */
function nobodys(): Promise<string> {
  return (made ??= hash('', cost));
}

/** Keyboards differ in how they compose letters. */
function normal(password: string): string {
  return password.normalize('NFKC');
}
