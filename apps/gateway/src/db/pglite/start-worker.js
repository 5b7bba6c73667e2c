// Node gives a worker thread no loader for TypeScript: this plain file registers one, then starts the worker proper.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
