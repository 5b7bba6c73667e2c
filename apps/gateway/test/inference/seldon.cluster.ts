import { describeBackend } from './backend-contract.ts';
import { openSeldonPlace } from './seldon-place.ts';

describeBackend('a cluster with Seldon Core', openSeldonPlace);
