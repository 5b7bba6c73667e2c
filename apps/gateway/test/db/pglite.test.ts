import { openTestDatabase } from './template.ts';
import { describeDatabase } from './contract.ts';

describeDatabase('PGlite in a folder', openTestDatabase);
