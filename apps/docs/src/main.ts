import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeSite, writeSite } from './site.ts';

// Checks the links, anchors and images of the pages and makes the site of them: npm run build --workspace @cairn/docs.
// Exit code 1 where one leads nowhere, each told with its file and line.
const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, out: { type: 'string' }, repository: { type: 'string' } },
});
const repository = resolve(values.repository ?? fileURLToPath(new URL('../../..', import.meta.url)));
const site = await makeSite(repository);
for (const fault of site.faults) process.stderr.write(`${fault}\n`);
if (site.faults.length > 0) process.exitCode = 1;
else if (!values.check)
  await writeSite(site, resolve(values.out ?? fileURLToPath(new URL('../dist', import.meta.url))));
