// How the web app is built: from web/ into dist/web, which the server serves with a fresh nonce in index.html.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Stands where the server writes a fresh nonce into index.html at every request (api/ replaces each occurrence). */
const NONCE_PLACEHOLDER = "__TIDEMARK_NONCE__";

/** A file of fewer bytes is not worth compressing. */
const MIN_COMPRESSED_BYTES = 1_000;

/**
 * Writes the compressed forms of each text beside it, `NAME.gz` and `NAME.br`, which the server sends: at every start it
 * would take a quarter of a second of a processor. The shell has none, since each request's is another one.
 */
const compressedForms: Plugin = {
  name: "compressed-forms",
  async writeBundle({ dir = "" }) {
    for (const name of await readdir(dir, { recursive: true })) {
      if (!/\.(?:js|css|svg|json|txt)$/.test(name)) continue;
      const path = join(dir, name);
      const plain = await readFile(path);
      if (plain.length < MIN_COMPRESSED_BYTES) continue;
      await writeFile(`${path}.gz`, gzipSync(plain, { level: 9 }));
      await writeFile(`${path}.br`, brotliCompressSync(plain));
    }
  },
};

export default defineConfig({
  root: join(import.meta.dirname, "web"),
  plugins: [react(), compressedForms],
  html: { cspNonce: NONCE_PLACEHOLDER },
  build: {
    outDir: join(import.meta.dirname, "dist/web"),
    emptyOutDir: true,
    // a data: address would need a wider content security policy
    assetsInlineLimit: 0,
    target: "es2023",
    sourcemap: false,
    reportCompressedSize: true,
    // in kB before compression; what counts is compressed, and measured by the benchmark `web`
    chunkSizeWarningLimit: 700,
  },
});
