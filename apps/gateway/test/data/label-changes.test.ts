import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareLabels } from '../../src/data/label-changes.ts';
import { temporaryFolder } from '../db/template.ts';
import { square } from './folder.ts';

type Label = [coordinates: number[][][], id?: string];

async function compare(before: Label[], after: Label[]) {
  const folder = await temporaryFolder();
  const write = async (name: string, all: Label[]): Promise<string> => {
    const features = all.map(([coordinates, id]) => ({
      type: 'Feature',
      ...(id === undefined ? {} : { id }),
      geometry: { type: 'Polygon', coordinates },
    }));
    await writeFile(join(folder, name), JSON.stringify({ type: 'FeatureCollection', features }));
    return join(folder, name);
  };
  return compareLabels(await write('before', before), await write('after', after));
}

describe('labels of two versions', () => {
  it('are the same in whatever order the file holds them', async () => {
    const { added, removed, moved } = await compare(
      [[square(0.1, 0.1)], [square(0.3, 0.1)]],
      [[[[...square(0.3, 0.1)[0]!].reverse()]], [square(0.1, 0.1)]],
    );
    expect([added.count, removed.count, moved.count]).toEqual([0, 0, 0]);
  });

  it('tell an outline that was moved by its id, however far', async () => {
    const changes = await compare([[square(0.1, 0.1), 'a']], [[square(0.8, 0.1), 'a']]);
    expect(changes).toMatchObject({ moved: { count: 1, names: ['a'] }, added: { count: 0 }, removed: { count: 0 } });
  });

  it('tell one without an id by its place', async () => {
    const changes = await compare([[square(0.1, 0.1)], [square(0.5, 0.1)]], [[square(0.11, 0.1)], [square(0.65, 0.1)]]);
    expect(changes).toEqual({
      moved: { count: 1, names: ['/features/0'] },
      added: { count: 1, names: ['/features/1'] },
      removed: { count: 1, names: ['/features/1'] },
    });
  });

  it('keep two ids apart that lie at one place', async () => {
    const changes = await compare([[square(0.1, 0.1), 'a']], [[square(0.11, 0.1), 'b']]);
    expect(changes).toMatchObject({ moved: { count: 0 }, added: { names: ['b'] }, removed: { names: ['a'] } });
  });
});
