import { build } from "vite";
import { expect, it } from "vitest";
import { budget, firstLoad } from "../build/budget";

const chunk = (imports: string[] = [], isEntry = false) => ({ type: "chunk", imports, isEntry });

it("the first load is the entry and what it imports, not what comes later", () => {
  const bundle = {
    "index.js": chunk(["words.js", "gone.js"], true),
    "words.js": chunk(["index.js"]),
    "later.js": chunk(["words.js"]),
    "index.css": { type: "asset" },
  };
  expect(firstLoad(bundle)).toEqual(["index.js", "words.js"]);
});

it("a build beyond its budget fails", async () => {
  const weigh = (most: number) =>
    build({
      configFile: false,
      logLevel: "silent",
      plugins: [
        budget(most),
        { name: "one", resolveId: (id) => (id === "one" ? "\0one" : null), load: (id) => (id === "\0one" ? "console.log('a script')" : null) },
      ],
      build: { write: false, rollupOptions: { input: "one" } },
    });
  await expect(weigh(10_000)).resolves.toBeDefined();
  await expect(weigh(5)).rejects.toThrow("5 are allowed");
}, 60_000);
