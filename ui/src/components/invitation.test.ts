import { expect, it } from "vitest";
import { invitation } from "./invitation";

const link = "https://noom.example/r/team";

it("an invitation has the link on a line of its own, where mail programs find it", () => {
  expect(invitation("en", "team", link, "").split("\n")).toContain(link);
});

it("an invitation has the passcode where there is one, in the guests' language", () => {
  expect(invitation("ko", "team", link, "맑은 아침")).toContain("비밀번호: 맑은 아침");
  expect(invitation("en", "team", link, "")).not.toContain("Passcode");
});
