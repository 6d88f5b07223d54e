import { defineConfig } from "vitest/config";

export default defineConfig({
  // The tests read the styles, and thousands of walks take their time on a busy machine.
  test: { css: true, testTimeout: 60_000 },
  base: "./",
  build: {
    target: "es2022",
    // The pages' content security policy has no room for data in addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // React, its controls, the SDK and the page: one file, fetched once and kept, is quicker than several.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      onLog(level, log, tell) {
        // "use client" is for servers that render; here everything is a client.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") tell(level, log);
      },
    },
  },
});
