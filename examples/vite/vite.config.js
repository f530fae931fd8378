import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  // The package finds its wasm and its shaders by its own address, which would be another one if the server bundled it beforehand.
  optimizeDeps: { exclude: ["receptive"] },
  build: { target: "es2022" },
});
