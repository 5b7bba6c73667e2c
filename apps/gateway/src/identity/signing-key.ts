import { CairnError } from '@cairn/contracts';
import type { Database } from '../db/database.ts';
import { recordEvent } from './events.ts';
import type { SigningKeys } from './keys.ts';
import { owner } from './tokens.ts';

/**
 * Holds a gateway to the key that its database is signed for with: the first gateway writes down its own, every later one has to
 * have the same. So two that would each sign with a key of their own never work side by side, and a key that was left behind is
 * missed at the start and not by whoever checks a file.
 * @param lost id of a key that nobody has any more, in whose place this one comes; empty: none
 * @throws CairnError `signing-key-differs`
 */
export async function claimSigningKey(
  database: Database,
  { keyid, source }: Pick<SigningKeys, 'keyid' | 'source'>,
  lost = '',
): Promise<void> {
  const held = await database.transaction(async (tx) => {
    await tx.query('insert into cairn.signing_key (keyid) values ($1) on conflict (single) do nothing', [keyid]);
    const replaced = await tx.query(
      'update cairn.signing_key set keyid = $1, since = clock_timestamp() where keyid = $2 and keyid <> $1 returning keyid',
      [keyid, lost],
    );
    if (replaced.length > 0) {
      await recordEvent(tx, owner, { kind: 'signing-key.replaced', subject: `key:${keyid}`, data: { lost } });
    }
    const [row] = await tx.query<{ keyid: string }>('select keyid from cairn.signing_key');
    return row!.keyid;
  });
  if (held === keyid) return;
  throw new CairnError(
    'signing-key-differs',
    `Receipts of this database are signed with the key ${held}; this gateway has the key ${keyid}.`,
    {
      where: source,
      action: `Give every gateway of the database the same key, in CAIRN_SIGNING_KEY or as keys/cairn.key in its state folder. Where nobody has it any more, start with CAIRN_LOST_KEY=${held}: what it signed can then be checked by its own public key alone.`,
    },
  );
}
