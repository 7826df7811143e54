import { expect, it } from "vitest";
import { Ear, newcomers } from "./news";

const said = (seq: number | null, over: { mine?: boolean; to?: object; deleted?: boolean } = {}) => ({ seq, mine: false, ...over });
const seqs = (list: readonly { seq: number | null }[]) => list.map(({ seq }) => seq);

it("news are what others said since", () => {
  const messages = [said(1), said(2), said(3, { mine: true }), said(4, { deleted: true }), said(5), said(null, { mine: true })];
  expect(seqs(newcomers(messages, 1, "all"))).toEqual([2, 5]);
});

it("older pages are none", () => {
  expect(newcomers([said(1), said(2)], 2, "all")).toEqual([]);
});

it("one may hear only what is private, or nothing", () => {
  const messages = [said(1), said(2, { to: {} })];
  expect(seqs(newcomers(messages, 0, "private"))).toEqual([2]);
  expect(newcomers(messages, 0, "none")).toEqual([]);
});

it("an ear hears each message once, whatever of mine stands after it and does not go out", () => {
  const ear = new Ear([said(1)]);
  const failed = said(null, { mine: true });
  expect(seqs(ear.fresh([said(1), failed], "all"))).toEqual([]);
  expect(seqs(ear.fresh([said(1), said(2), failed], "all"))).toEqual([2]);
  expect(seqs(ear.fresh([said(1), said(2), said(3), said(4), failed], "all"))).toEqual([3, 4]);
});
