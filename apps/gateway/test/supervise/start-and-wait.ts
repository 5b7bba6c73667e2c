// A stand-in for a gateway: starts one child by the real Children, says its pid, and stays until it is killed.
import { Children } from '../../src/supervise/child.ts';

const [runFolder = '', logFolder = '', script = ''] = process.argv.slice(2);
const children = new Children({
  runFolder,
  logFolder,
  environment: { PATH: '/usr/local/bin:/usr/bin:/bin' },
  logger: { info: () => undefined, warn: () => undefined },
});
const child = await children.start({ name: 'left', command: 'sh', args: ['-c', script] });
process.stdout.write(`${child.pid}\n`);
setInterval(() => undefined, 1000);
