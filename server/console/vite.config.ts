import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** Where `npm run dev` sends what is not its own: a running relay. */
const RELAY = process.env.LINLI_URL ?? "http://127.0.0.1:8737";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    // The browsers of ordinary office computers that still get security updates.
    target: ["chrome109", "edge109", "firefox115", "safari16"],
    // The list of what loads what, which scripts/finish-build.mjs needs and removes.
    manifest: true,
    // Pages are small chunks; the whole of what `/` loads has its own bound in scripts/finish-build.mjs.
    chunkSizeWarningLimit: 2000,
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/v1": { target: RELAY, ws: true } } },
});
