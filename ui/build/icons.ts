import type { Plugin } from "vite";

const file = /@lucide\/svelte\/dist\/icons\/[\w-]+\.svelte$/;

type Node = readonly [tag: string, attributes: Readonly<Record<string, string>>];

/**
 * Makes each icon a piece of fixed markup. As it comes, an icon puts itself together from data whenever it is drawn:
 * the hundreds of icons on a full stage would cost a click most of the time it may take.
 */
export function icons(): Plugin {
  return {
    name: "noom-icons",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (!file.test(id)) return null;
      const data = /const iconData = (\{.*\});/.exec(code)?.[1];
      if (data === undefined) throw new Error(`${id}: not an icon as build/icons.ts knows them`);
      const { node } = JSON.parse(data) as { node: readonly Node[] };
      return { code: component(node), map: null };
    },
  };
}

function component(nodes: readonly Node[]): string {
  const shapes = nodes.map(([tag, attributes]) => {
    const pairs = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
    return `<${tag}${pairs.join("")} />`;
  });
  return `<script>let { size = 24, strokeWidth = 2 } = $props();</script>
<svg class="lucide-icon" aria-hidden="true" width={size} height={size} viewBox="0 0 24 24" fill="none"
  stroke="currentColor" stroke-width={strokeWidth} stroke-linecap="round" stroke-linejoin="round">${shapes.join("")}</svg>`;
}
