import { defineConfig } from "vite";

export default defineConfig({
  build: {
    emptyOutDir: false,
    sourcemap: true,
    target: "es2022",
    lib: {
      entry: "src/script.ts",
      formats: ["iife"],
      name: "ringwayRtc",
      fileName: () => "ringway-rtc.js",
    },
  },
});
