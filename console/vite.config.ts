import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { type Plugin, defineConfig } from 'vite';

/** Leaves each text file beside its `.br` and `.gz`, so that the gateway compresses nothing while it serves. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle({ dir }) {
      const files = await readdir(dir!, { recursive: true, withFileTypes: true });
      const texts = files.filter((file) => file.isFile() && /\.(js|css|svg|json|txt|md)$/.test(file.name));
      await Promise.all(
        texts.map(async (file) => {
          const path = join(file.parentPath, file.name);
          const raw = await readFile(path);
          const params = { [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
          await writeFile(`${path}.br`, await promisify(brotliCompress)(raw, { params }));
          await writeFile(`${path}.gz`, await promisify(gzip)(raw, { level: 9 }));
        }),
      );
    },
  };
}

export default defineConfig({
  base: '/console/',
  plugins: [react(), compressed()],
  resolve: { alias: { '@': join(import.meta.dirname, 'src') } },
  // The gateway puts a fresh number here with each answer.
  html: { cspNonce: '__TOLLGATE_NONCE__' },
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    target: 'es2022',
    license: { fileName: 'licences.md' },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  // `npm run dev` beside a running gateway: everything but the page itself comes from there.
  server: { proxy: { '/api': process.env.TOLLGATE_ADMIN ?? 'http://127.0.0.1:9080' } },
});
