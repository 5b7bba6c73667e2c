import react from '@vitejs/plugin-react';
import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const icon = readFileSync(new URL('public/favicon.svg', import.meta.url), 'utf8').trim();

// The browser asks for the icon of its tab again whenever the page goes on; in the document itself it costs no request, and
// a file can be checked without any.
const iconInDocument: Plugin = {
  name: 'icon-in-document',
  transformIndexHtml: (html) =>
    html.replace('href="/favicon.svg"', `href="data:image/svg+xml,${encodeURIComponent(icon)}"`),
};

// One page, served by the gateway from the root. The map is a chunk of its own, so that the page stands before it.
export default defineConfig({
  plugins: [react(), iconInDocument],
  build: { target: 'es2023', sourcemap: false, chunkSizeWarningLimit: 1200 },
  worker: { format: 'es' },
});
