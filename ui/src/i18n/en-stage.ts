/** English: the stage, what people signal, and what the page tells them. */
export const enStage = {
  "emoji.👍": "Thumbs up",
  "emoji.👏": "Applause",
  "emoji.❤️": "Heart",
  "emoji.😂": "Laughing",
  "emoji.😮": "Surprised",
  "emoji.🎉": "Party",
  "emoji.👋": "Waving",
  "emoji.🙏": "Thank you",

  "network.both": "Your network is weak. Sound comes first.",
  "network.sending": "Your network is weak: others may hear and see you poorly.",
  "network.receiving": "Your network is weak: pictures may pause, sound comes first.",
  "tile.stalled": "No picture is arriving. Their network may be weak.",

  "sign.locked": "The meeting is locked",
  "sign.lockedShort": "Locked",
  "sign.elapsed": "Meeting time",

  "timer.title": "Timer",
  "timer.minutes": "Minutes",
  "timer.start": "Start",
  "timer.stop": "Stop timer",
  "timer.left": "Time left: {time}",
  "timer.over": "Time is up",
  "timer.hint": "Everybody in the meeting sees it count down.",
  "timer.preset": { one: "{count} minute", other: "{count} minutes" },

  "zoom.label": "Zoom",
  "zoom.in": "Look closer",
  "zoom.out": "Step back",
  "zoom.reset": "Show all of it",
  "zoom.resetFrom": "{percent} %: show all of it",

  "layout.tidy": "Only faces",
  "layout.tidyHint": "Names and buttons step aside until you move",
  "shortcut.tidy": "Only faces and screens",

  "apart.open": "Picture-in-picture window",
  "apart.title": "Meeting",

  "settings.sounds": "Soft sounds: somebody waits, the timer ends",
} as const;
