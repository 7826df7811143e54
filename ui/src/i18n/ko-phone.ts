import type { enPhone } from "./en-phone";

/** Korean: on the phone, for ears, and between tabs. */
export const koPhone: Record<keyof typeof enPhone, string> = {
  "phone.elsewhere": "다른 탭이나 창에서 이미 이 회의에 참여하고 있어요. 두 번 참여하면 소리가 울려요.",
  "phone.goOnHere": "여기서 계속",
  "phone.turnCamera": "카메라 전환",

  "captions.title": "자막",
  "captions.size": "자막 크기",
  "captions.size.normal": "보통",
  "captions.size.large": "크게",
  "captions.size.largest": "아주 크게",

  "settings.announcements": "화면 낭독기",
  "settings.announcementsHint": "다른 일을 하는 동안 무엇을 읽어 줄지 정해요.",
  "settings.announcements.all": "모두",
  "settings.announcements.important": "화면 공유와 손들기",
  "settings.announcements.none": "안 함",
};
