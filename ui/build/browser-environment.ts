import type { Environment } from "vitest/runtime";

/**
 * Tests run in Node without a DOM, but on the code that browsers get: compiled for a server, Svelte's effects
 * would never run.
 */
const environment: Environment = {
  name: "browser-code",
  viteEnvironment: "client",
  setup: () => ({ teardown: () => undefined }),
};
export default environment;
