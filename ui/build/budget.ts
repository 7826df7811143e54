import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin } from "vite";

/** What a chunk of a build says of itself. */
export interface Chunk {
  readonly type: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly code?: string;
}

/** The scripts that a page waits for: its entry and what that imports, and so on; not what it imports later. */
export function firstLoad(bundle: Readonly<Record<string, Chunk>>): string[] {
  const found = new Set<string>();
  const visit = (name: string) => {
    const chunk = bundle[name];
    if (chunk?.type !== "chunk" || found.has(name)) return;
    found.add(name);
    chunk.imports?.forEach(visit);
  };
  for (const [name, { type, isEntry }] of Object.entries(bundle)) if (type === "chunk" && isEntry) visit(name);
  return [...found];
}

/** Lets a build fail whose first load has more bytes of script than that, compressed by Brotli. */
export function budget(most: number): Plugin {
  return {
    name: "noom-budget",
    apply: "build",
    generateBundle(_options, bundle) {
      const scripts = firstLoad(bundle as Readonly<Record<string, Chunk>>);
      const sizes = scripts.map((name) => ({ name, bytes: compressed((bundle[name] as Chunk).code ?? "") }));
      const total = sizes.reduce((all, { bytes }) => all + bytes, 0);
      const list = sizes.map(({ name, bytes }) => `${name} ${bytes}`).join(", ");
      if (total > most) this.error(`the first load has ${total} bytes of script, ${most} are allowed: ${list}`);
      if (scripts.length === 0) this.error("the build has no entry: its first load cannot be weighed");
      this.info(`first load: ${total} of ${most} bytes of script`);
    },
  };
}

function compressed(code: string): number {
  return brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }).length;
}
