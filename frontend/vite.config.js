// Builds what the pages inline (two style sheets) and what they load (scripts). Names are stable and the output is
// committed, so that building the server never needs Node; the server puts a hash of the content into the addresses.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

import { defineConfig } from "vite";

// Everything that what is built depends on. Listed beside it with hashes, so that a test without Node sees whether it is out of date.
function sources() {
  const within = (folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`);
  const files = [...within("src"), ...within("styles"), "package-lock.json", "package.json", "tsconfig.json", "vite.config.js"];
  const hash = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");
  return files.sort().map((file) => `${hash(file)}  ${file}\n`).join("");
}

const listSources = {
  name: "list-sources",
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "sources.sha256", source: sources() });
  },
};

export default defineConfig({
  plugins: [listSources],
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
