import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { VitePWA } from "vite-plugin-pwa";

/** Where `npm run dev` sends what is not its own: a running relay. */
const RELAY = process.env.LINLI_URL ?? "http://127.0.0.1:8737";

/** The engine as WebAssembly is the largest file; Workbox leaves out whatever is larger than this. */
const FILE_BYTES_MAX = 8 * 1024 * 1024;

/**
 * The page's script as one classic file. A browser compiles such a file as a whole when the service worker stores it,
 * and every start reads the compiled code; modules it compiles anew, function by function, while a person waits.
 */
function classicScript(): Plugin {
  return {
    name: "classic-script",
    transformIndexHtml: {
      order: "post",
      handler: (html) => html.replace(/<script type="module" crossorigin/, "<script defer"),
    },
  };
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  base: "/app/",
  plugins: [
    react(),
    classicScript(),
    VitePWA({
      // A new version waits until somebody says so, and nobody is asked while a form is open (src/shared/update.tsx).
      registerType: "prompt",
      injectRegister: false,
      manifest: {
        id: "/app/",
        name: "邻里",
        short_name: "邻里",
        description: "网格走访 · Household visits, offline first",
        lang: "zh-CN",
        dir: "ltr",
        start_url: "/app/",
        scope: "/app/",
        display: "standalone",
        orientation: "portrait",
        theme_color: "#1450a3",
        background_color: "#f3f5f8",
        icons: [
          { src: "icon.svg", sizes: "any", type: "image/svg+xml" },
          { src: "icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      includeManifestIcons: false,
      workbox: {
        globPatterns: ["**/*.{html,js,css,svg,png,wasm}"],
        maximumFileSizeToCacheInBytes: FILE_BYTES_MAX,
        navigateFallback: "/app/index.html",
        // The relay's API is never answered from a cache.
        navigateFallbackAllowlist: [/^\/app\//],
        cleanupOutdatedCaches: true,
        // The page of the first visit is served from the cache as well, as soon as there is one.
        clientsClaim: true,
        // Files are asked for by their names alone; what follows a question mark is for the app.
        ignoreURLParametersMatching: [/.*/],
      },
    }),
  ],
  resolve: {
    alias: { "@": here("./src") },
  },
  worker: { format: "es" },
  build: {
    // Phones of some years ago whose browser still gets updates: Android 8 and later.
    target: ["chrome109", "firefox115", "safari16.4"],
    rollupOptions: {
      output: { format: "iife", inlineDynamicImports: true },
      // Vite's helper for parts loaded later, of which there are none.
      checks: { emptyImportMeta: false },
    },
    cssCodeSplit: false,
    // What loads what, for scripts/finish-build.mjs, which removes it.
    manifest: "manifest.build.json",
    chunkSizeWarningLimit: 2000,
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/v1": { target: RELAY, ws: true } } },
});
