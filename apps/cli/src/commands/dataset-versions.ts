import type { DatasetDiff } from '@cairn/contracts';
import type { Command } from 'commander';
import type { Act } from '../command.ts';
import { connect } from '../gateway.ts';
import { readNumber } from '../options.ts';
import type { Output } from '../output.ts';

interface Item {
  id: string;
  properties: Record<string, unknown> & {
    title: string;
    'cairn:version': number;
    'cairn:chips': number;
    'cairn:buildings': number;
  };
}

/** `cairn dataset list|show|versions|diff`: what datasets there are, and how they changed. */
export function addDatasetVersions(dataset: Command, act: Act): void {
  dataset
    .command('list')
    .description('list the datasets')
    .action(
      act(async ({ config, output }) => {
        const client = await connect(config);
        const { features } = await client.get<{ features: Item[] }>('/stac/collections/datasets/items?limit=1000');
        output.result(features, () => {
          for (const { id, properties } of features) {
            const { 'cairn:version': version, 'cairn:chips': chips, 'cairn:buildings': buildings } = properties;
            output.line(
              `  ${id.padEnd(24)} version ${version}, ${chips} chips, ${buildings} buildings: ${properties.title}`,
            );
          }
          if (features.length === 0) output.line('No datasets yet: add one with "cairn dataset add".');
        });
      }),
    );
  dataset
    .command('show <id>')
    .description('show the STAC item of a dataset as it is now')
    .action(
      act(async ({ config, output }, id: string) => {
        const item = await (
          await connect(config)
        ).get<Item>(`/stac/collections/datasets/items/${encodeURIComponent(id)}`);
        output.result(item, () => {
          output.line(item.id);
          for (const [name, value] of Object.entries(item.properties)) {
            output.line(`  ${name.padEnd(22)} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
          }
        });
      }),
    );
  dataset
    .command('versions <id>')
    .description('list the versions of a dataset, the newest first')
    .action(
      act(async ({ config, output }, id: string) => {
        const versions = await (await connect(config)).datasetVersions(id);
        output.result(versions, () => {
          for (const { version, at, chips, buildings, commit, digest, dvcMd5 } of versions) {
            output.line(`  ${version}  ${at.slice(0, 19)}Z  ${chips} chips, ${buildings} buildings`);
            output.line(`     digest ${digest}, DVC ${dvcMd5}, commit ${commit.slice(0, 12)}`);
          }
        });
      }),
    );
  dataset
    .command('diff')
    .argument('<id>', 'the dataset')
    .argument('[from]', 'number of a version', readNumber)
    .argument('[to]', 'number of a version', readNumber)
    .description('tell what differs between two versions of a dataset (default: the newest and the one before)')
    .action(
      act(async ({ config, output }, id: string, from?: number, to?: number) => {
        const diff = await (await connect(config)).datasetDiff(id, from, to);
        output.result(diff, () => tellDiff(output, diff));
      }),
    );
}

function tellDiff(output: Output, { dataset, from, to, chips, labels, properties }: DatasetDiff): void {
  output.line(`${dataset}: version ${from} to ${to}`);
  for (const [what, changes] of Object.entries({ chips, labels })) {
    const counts = Object.entries(changes).map(([how, { count }]) => `${count} ${how}`);
    output.line(`  ${what}: ${counts.join(', ')}`);
    for (const [how, { count, names }] of Object.entries(changes)) {
      for (const name of names.slice(0, 10)) output.line(`    ${how} ${name}`);
      if (count > 10) output.line(`    ${how} ${count - Math.min(10, names.length)} more`);
    }
  }
  for (const { name, from: before, to: after } of properties) {
    output.line(`  ${name}: ${JSON.stringify(before)} to ${JSON.stringify(after)}`);
  }
}
