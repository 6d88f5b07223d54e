import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  publicDir: false,
  build: {
    target: "es2022",
    manifest: "assets.json",
    // The pages' content security policy has no room for data in addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ["page/main.ts", "page/theme.ts"] },
  },
});
