import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { budget } from "./build/budget.ts";
import { compress } from "./build/compress.ts";
import { icons } from "./build/icons.ts";
import { kernels } from "./build/kernels.ts";

/** Where the Go server listens while `npm run dev` serves the page. */
const server = "http://localhost:3000";

/** UI.md: the first load takes at most 120 kB of script, compressed. */
const mostScript = 120_000;

export default defineConfig({
  plugins: [icons(), svelte(), kernels(), budget(mostScript), compress()],
  worker: { format: "es", plugins: () => [kernels()] },
  build: {
    target: "es2022",
    // Browsers that know light-dark() and oklch() by themselves, and so need no substitutes for each colour.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // Everything is a file of its own with a hash in its name: data: URLs and inline scripts would need a laxer CSP.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    emptyOutDir: true,
  },
  server: {
    port: 5173,
    proxy: {
      "/socket.io": { target: server, ws: true },
      "/ws": { target: server, ws: true },
      "/api": server,
      "/healthz": server,
    },
  },
  // In tests `svelte` is the one of browsers too: that for servers has no effects.
  ...(process.env["VITEST"] && { resolve: { conditions: ["browser"] } }),
  test: {
    environment: "./build/browser-environment.ts",
    include: ["src/**/*.test.ts"],
  },
});
