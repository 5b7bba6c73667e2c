import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { errorCodes } from '@cairn/contracts';
import { renderedEvaluation, renderedGraph, renderedTraining } from './rendered.ts';

// Writes what is generated and committed; `make check` writes it again and fails on a difference.
const rows = Object.entries(errorCodes).map(
  ([code, { status, exit, title }]) => `| \`${code}\` | ${status} | ${exit} | ${title} |`,
);
const page = `# Error codes

Every problem that Cairn tells (RFC 9457 problem details over HTTP, words on the command line) carries one of these codes.
This page is generated from \`packages/contracts/src/errors.ts\`.

| code | HTTP status | exit code | what it means |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
await writeFile(fileURLToPath(new URL('../docs/reference/errors.md', import.meta.url)), page);
const manifests = {
  'train-building-detector': renderedTraining,
  'evaluate-building-detector': renderedEvaluation,
  'graph-building-detector': renderedGraph,
};
for (const [name, render] of Object.entries(manifests)) {
  await writeFile(fileURLToPath(new URL(`../deploy/rendered/${name}.yaml`, import.meta.url)), await render());
}
