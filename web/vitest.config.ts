import { defineConfig } from "vitest/config";

// A test that needs a document says so in its first line.
export default defineConfig({ test: { include: ["src/**/*.test.{ts,tsx}"] } });
