// A stand-in for a gateway: takes the lock of a folder, says so, and stays until it is killed.
import { StateLock } from '../../src/supervise/state-lock.ts';

const lock = await StateLock.take(process.argv[2] ?? '');
await lock.announce('http://127.0.0.1:4321');
process.stdout.write('held\n');
setInterval(() => undefined, 1000);
