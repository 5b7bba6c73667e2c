import { serve } from '@cairn/threads';
import { ImageryReader } from './reader.ts';

const mebibyte = 1024 * 1024;

// Pixels of a strip of blocks and the halo that it shares with the next, or of a screenful of map tiles; of an image that is
// stored in strips, of a row of blocks over 40,000 columns.
serve<ImageryReader>(new ImageryReader({ cacheBytes: 64 * mebibyte, mostCacheBytes: 256 * mebibyte }));
