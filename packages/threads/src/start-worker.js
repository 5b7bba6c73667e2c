// Node gives a worker thread no loader for TypeScript: this plain file registers one, then starts the service.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.module);
