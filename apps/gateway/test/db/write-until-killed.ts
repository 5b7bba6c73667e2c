// Opens the database of a folder and writes rows until it is killed; says the number of each that was acknowledged.
import { PgliteDatabase } from '../../src/db/pglite/database.ts';

const database = await PgliteDatabase.open({ folder: process.argv[2] ?? '' });
await database.query('create table if not exists public.kept (n int primary key, filling text)');
const [last] = await database.query<{ n: number | null }>('select max(n) as n from public.kept');
for (let n = (last?.n ?? -1) + 1; ; n++) {
  await database.transaction(async (tx) => {
    await tx.query('insert into public.kept values ($1, $2)', [n, 'x'.repeat(2000)]);
  });
  process.stdout.write(`${n}\n`);
}
