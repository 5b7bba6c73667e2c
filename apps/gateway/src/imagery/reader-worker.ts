import { serve } from '../threads/serve.ts';
import { ImageryReader } from './reader.ts';

// Pixels of two rows of blocks over an image of 30,000 columns, or of a screenful of map tiles.
serve<ImageryReader>(new ImageryReader({ cacheBytes: 256 * 1024 * 1024 }));
