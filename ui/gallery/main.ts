/**
 * The gallery: each screen from made-up state, chosen by the address, for looking at and for screenshots. Only the
 * development server has it (/gallery/?screen=meeting&people=5&theme=dark&lang=ko); the build does not know it.
 */
import { mount } from "svelte";
import Root from "../src/App.svelte";
import type { Page } from "../src/state/page";
import { scene } from "./scene";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");
const page = await scene(new URLSearchParams(location.search));
// The fakes show all that the classes show; only the private fields, which nobody sees, are missing.
mount(Root, { target, props: { page: page as unknown as Page } });
