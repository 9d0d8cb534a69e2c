// Builds what the pages inline (two style sheets) and what they load (scripts). Names are stable and the output is
// committed, so that building the server never needs Node; the server puts a hash of the content into the addresses.
import { defineConfig } from "vite";

export default defineConfig({
  // Chunks name each other relatively, so they find each other under whatever hash they are served.
  base: "./",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // The oldest browsers that get the script; older ones have the form without.
    target: ["chrome91", "safari15", "firefox90"],
    // As a library: no helper that looks for style sheets of chunks, which would be a fourth of the script.
    cssCodeSplit: true,
    cssTarget: ["chrome90", "safari15", "firefox90"],
    lib: { entry: "src/form.ts", formats: ["es"] },
    rollupOptions: {
      input: {
        form: "src/form.ts",
        worker: "src/worker/on.ts",
        "worker-off": "src/worker/off.ts",
        "form-style": "styles/form.css",
        site: "styles/site.css",
      },
      // The outbox page imports what the form's script has already loaded.
      preserveEntrySignatures: "allow-extension",
      output: {
        minify: true,
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: ({ names }) => (names.includes("form-style.css") ? "form.css" : "[name][extname]"),
      },
    },
  },
});
