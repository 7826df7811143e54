import { readFile } from "node:fs/promises";
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
      this.addWatchFile(file);
      const text = Buffer.from(await compile(await readFile(file, "utf8"))).toString("base64");
      // Small enough to travel with the script that needs it.
      return `export default Uint8Array.from(atob(${JSON.stringify(text)}), (one) => one.charCodeAt(0));`;
    },
  };
}

/** The WebAssembly of a text in AssemblyScript. */
export async function compile(source: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ["kernels.ts", "--outFile", "kernels.wasm", "-O3", "--converge", "--runtime", "stub", "--enable", "simd", "--noAssert", "--use", "abort="],
    {
      readFile: (name) => (name === "kernels.ts" ? source : null),
      writeFile: (name, contents) => {
        if (name === "kernels.wasm" && typeof contents !== "string") binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`AssemblyScript: ${error?.message ?? "nothing was made"}\n${stderr.toString()}`);
  return binary;
}
