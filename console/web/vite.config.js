import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The gateway that `npm run dev` asks for figures.
const gateway = process.env.STOA_GATEWAY ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/console/',
  plugins: [svelte()],
  build: {
    outDir: '../src/main/resources/io/stoa/console',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    reportCompressedSize: false,
    // Names without hashes: the gateway serves them with an ETag, and what is committed keeps its names.
    rolldownOptions: {
      output: { entryFileNames: 'console.js', chunkFileNames: '[name].js', assetFileNames: 'console[extname]' },
    },
  },
  server: { proxy: { '/console/snapshot.json': gateway } },
});
