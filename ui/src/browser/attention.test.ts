import { expect, it } from "vitest";
import { WebAttention } from "./attention";

/** A browser with notifications, of which pages may make their own or not. */
function browser(permission: NotificationPermission, makes: boolean) {
  const shown: string[] = [];
  class Notification {
    static permission = permission;
    static requestPermission = async () => (Notification.permission = "granted");
    constructor(title: string) {
      if (!makes) throw new TypeError("Illegal constructor");
      if (Notification.permission === "granted") shown.push(title);
    }
    addEventListener(): void {}
    close(): void {}
  }
  return { shown, attention: new WebAttention({ Notification } as unknown as Window & typeof globalThis) };
}

it("a page that may make no notifications, as on Android, offers none", async () => {
  for (const permission of ["default", "denied"] as const) {
    const { attention } = browser(permission, false);
    expect(attention.permission).toBe("none");
    expect(await attention.ask()).toBe(false);
  }
});

it("one that was allowed to, and cannot, knows it from the first try", () => {
  const { attention } = browser("granted", false);
  expect(attention.permission).toBe("granted");
  attention.notify("Ann", "hello", "chat");
  expect(attention.permission).toBe("none");
});

it("looking whether there are any shows none", async () => {
  const { attention, shown } = browser("default", true);
  expect([attention.permission, attention.permission]).toEqual(["ask", "ask"]);
  expect(await attention.ask()).toBe(true);
  attention.notify("Ann", "hello", "chat");
  expect(shown).toEqual(["Ann"]);
  expect(browser("denied", true).attention.permission).toBe("denied");
});
