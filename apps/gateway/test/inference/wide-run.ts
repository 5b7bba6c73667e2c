import { createReadStream } from 'node:fs';
import { openWorld } from './world.ts';

/*
 * A gateway's parts, without its HTTP, on one image whose whole is predicted: what it takes is measured from outside.
 *
 *     wide-run.ts IMAGE
 */
const world = await openWorld({ maxAoiKm2: 200 });
try {
  await world.add('wide', createReadStream(process.argv[2]!));
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
  const { features, seconds, areaKm2 } = await world.find({ imagery: 'wide' }, 512);
  process.stdout.write(`${JSON.stringify({ features, seconds, areaKm2 })}\n`);
} finally {
  await world.close();
}
