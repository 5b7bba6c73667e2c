import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// One page, served by the gateway from the root. The map is a chunk of its own, so that the page stands before it.
export default defineConfig({
  plugins: [react()],
  build: { target: 'es2023', sourcemap: false, chunkSizeWarningLimit: 1200 },
  worker: { format: 'es' },
});
