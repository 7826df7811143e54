/** English: on the phone, for ears, and between tabs. */
export const enPhone = {
  "phone.elsewhere": "You are in this meeting already, in another tab or window. Joining twice makes an echo.",
  "phone.goOnHere": "Go on here",
  "phone.turnCamera": "Turn the camera round",

  "captions.title": "Captions",
  "captions.size": "Size of captions",
  "captions.size.normal": "Normal",
  "captions.size.large": "Large",
  "captions.size.largest": "Very large",

  "settings.announcements": "Screen reader",
  "settings.announcementsHint": "What is read out while you do something else.",
  "settings.announcements.all": "Everything",
  "settings.announcements.important": "Shares and raised hands",
  "settings.announcements.none": "Nothing",
} as const;
