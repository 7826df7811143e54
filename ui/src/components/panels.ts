/** What may stand beside or over the stage. */
export type Panel = "chat" | "people";
export type Over = "settings" | "shortcuts";
