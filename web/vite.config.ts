import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// Fixed names without hashes: the server has browsers revalidate, and a rebuild changes only what its sources changed.
export default defineConfig({
  plugins: [svelte()],
  base: "/",
  build: {
    outDir: process.env.IRONWORKS_PAGE_OUT ?? "../src/ironworks/show/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    rollupOptions: {
      output: {
        entryFileNames: "assets/page.js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/page[extname]",
      },
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8700" } },
});
