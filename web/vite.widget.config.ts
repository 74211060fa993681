import { defineConfig } from "vite";

// The widget: one classic script without imports, which a site loads by one tag.
export default defineConfig({
  build: {
    outDir: "dist/widget",
    emptyOutDir: true,
    target: "es2021",
    lib: { entry: "src/widget/main.tsx", formats: ["iife"], name: "OporaWidget", fileName: () => "widget.js" },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
