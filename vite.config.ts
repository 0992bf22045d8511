// How the web app is built: from web/ into dist/web, which the server serves with a fresh nonce in index.html.
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Stands where the server writes a fresh nonce into index.html at every request (api/ replaces each occurrence). */
const NONCE_PLACEHOLDER = "__TIDEMARK_NONCE__";

export default defineConfig({
  root: join(import.meta.dirname, "web"),
  plugins: [react()],
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
