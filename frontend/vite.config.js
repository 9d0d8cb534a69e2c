// Builds the two style sheets that the pages inline. Names are stable and the output is committed,
// so that building the server never needs Node.
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    outDir: "dist",
    emptyOutDir: true,
    cssTarget: ["chrome90", "safari15", "firefox90"],
    rollupOptions: {
      input: { form: "styles/form.css", site: "styles/site.css" },
      output: { assetFileNames: "[name][extname]" },
    },
  },
});
