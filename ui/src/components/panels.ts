/** What may stand beside or over the stage. */
export type Panel = "chat" | "people";
/** The sections of the settings. */
export type Section = "sound" | "picture" | "look" | "notices" | "shortcuts";
export type Over = "settings" | "shortcuts" | "timer" | "statistics" | "host" | "end" | { readonly settings: Section };
