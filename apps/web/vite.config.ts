import react from '@vitejs/plugin-react';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const icon = readFileSync(new URL('public/favicon.svg', import.meta.url), 'utf8').trim();

// The browser asks for the icon of its tab again whenever the page goes on; in the document itself it costs no request, and
// a file can be checked without any.
const iconInDocument: Plugin = {
  name: 'icon-in-document',
  transformIndexHtml: (html) =>
    html.replace('href="/favicon.svg"', `href="data:image/svg+xml,${encodeURIComponent(icon)}"`),
};

// Beside each text lies what a browser takes in its place: a slow line carries a quarter of it.
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  writeBundle({ dir }) {
    for (const name of readdirSync(dir!, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(js|css|html|svg|json)$/.test(name)) continue;
      const file = join(dir!, name);
      const bytes = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
      writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    }
  },
};

// One page, served by the gateway from the root. The map is a chunk of its own, so that the page stands before it.
export default defineConfig({
  plugins: [react(), iconInDocument, compressed],
  build: { target: 'es2023', sourcemap: false, chunkSizeWarningLimit: 1200 },
  worker: { format: 'es' },
});
