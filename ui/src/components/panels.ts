/** What may stand beside or over the stage. */
export type Panel = "chat" | "people";
export type Over = "settings" | "shortcuts" | "timer";
/** The sections of the settings. */
export type Section = "sound" | "picture" | "look" | "notices" | "shortcuts";
