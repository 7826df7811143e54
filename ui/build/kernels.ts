import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import asc from "assemblyscript/asc";
import type { Plugin } from "vite";

const ending = ".ts?kernels";

/** Turns `import bytes from "./file.ts?kernels"` into the WebAssembly that AssemblyScript makes of the file. */
export function kernels(): Plugin {
  return {
    name: "noom-kernels",
    enforce: "pre",
    async load(id) {
      if (!id.endsWith(ending)) return undefined;
      const file = id.slice(0, -"?kernels".length);
      const { binary, files } = await compile(file);
      for (const one of files) this.addWatchFile(one);
      const text = Buffer.from(binary).toString("base64");
      // Small enough to travel with the script that needs it.
      return `export default Uint8Array.from(atob(${JSON.stringify(text)}), (one) => one.charCodeAt(0));`;
    },
  };
}

/** The WebAssembly of a file in AssemblyScript, and the files that it is made of. */
export async function compile(file: string): Promise<{ binary: Uint8Array; files: string[] }> {
  const folder = dirname(file);
  const files: string[] = [];
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [basename(file), "--outFile", "out.wasm", "-O3", "--converge", "--runtime", "stub", "--enable", "simd", "--noAssert", "--use", "abort="],
    {
      readFile: async (name) => {
        const path = join(folder, name);
        const text = await readFile(path, "utf8").catch(() => null); // it asks for names that are not there, too
        if (text !== null) files.push(path);
        return text;
      },
      writeFile: (name, contents) => {
        if (name === "out.wasm" && typeof contents !== "string") binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`AssemblyScript: ${error?.message ?? "nothing was made"}\n${stderr.toString()}`);
  return { binary, files };
}
