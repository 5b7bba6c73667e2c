import fc from 'fast-check';

// `make test` draws the same examples every time, so that what it says of a commit does not change; `make test-full` draws
// new ones, and fast-check tells the seed of a failure, which CAIRN_TEST_SEED repeats.
const { CAIRN_TEST_SEED: chosen, CAIRN_TEST_FULL: full } = process.env;
if (chosen !== undefined || full !== '1') fc.configureGlobal({ seed: Number(chosen ?? 20261127) });
