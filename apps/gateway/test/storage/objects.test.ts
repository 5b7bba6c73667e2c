import { ObjectStore } from '../../src/storage/objects.ts';
import { describeObjects } from './contract.ts';

describeObjects('a folder', (root) => new ObjectStore({ root }));
