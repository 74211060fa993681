import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` shows the sources as they are edited, over an Opora that runs elsewhere.
const api = process.env.OPORA_ORIGIN ?? "http://127.0.0.1:8000";

// The console: dist/console/index.html is the page that Opora fills a nonce into, the rest has hashed names.
export default defineConfig(({ command }) => ({
  root: "src/console",
  base: command === "build" ? "/assets/dist/console/" : "/console/",
  plugins: [react()],
  html: { cspNonce: "{{nonce}}" },
  build: {
    outDir: "../../dist/console",
    emptyOutDir: true,
    target: "es2023",
    // Browsers that know light-dark() of CSS: rewritten for older ones, it loses its colours, since Mantine sets the
    // scheme by a variable.
    cssTarget: ["chrome123", "edge123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    license: { fileName: "licences.txt" },
    // Many small chunks are many requests: what most screens use comes in two files, the rest with its screen.
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What an earlier one needs comes with it: so the foundation stands before the charts that stand on it.
          groups: [
            {
              name: "base",
              priority: 3,
              test: /node_modules\/(react|scheduler|i18next|urql|@urql|@0no-co|wonka|graphql-ws|gql\.tada|dayjs)/,
            },
            {
              name: "charts",
              test: /node_modules\/(@mantine\/charts|recharts|d3-|victory-|@reduxjs|es-toolkit|decimal\.js)/,
            },
            {
              name: "components",
              priority: 2,
              test: /node_modules\/@mantine\/(core|hooks|form|modals|notifications|spotlight)/,
            },
            { name: "icons", priority: 2, test: /node_modules\/lucide-react/ },
            { name: "shared", test: /src\/console\/(?!.*texts)/, minShareCount: 3 },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ["/graphql", "/uploads", "/api", "/favicon.ico", "/widget.js"].map((path) => [path, { target: api, ws: true }]),
    ),
  },
}));
