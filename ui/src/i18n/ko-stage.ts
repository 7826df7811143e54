import type { Message } from "./en";
import type { enStage } from "./en-stage";

/** 한국어: 회의 화면, 사람들이 보내는 신호, 화면이 알려 주는 것. */
export const koStage: Record<keyof typeof enStage, Message> = {
  "emoji.👍": "좋아요",
  "emoji.👏": "박수",
  "emoji.❤️": "하트",
  "emoji.😂": "웃음",
  "emoji.😮": "놀람",
  "emoji.🎉": "축하",
  "emoji.👋": "인사",
  "emoji.🙏": "고마워요",

  "network.both": "네트워크가 불안정해요. 소리를 먼저 주고받아요.",
  "network.sending": "네트워크가 불안정해서 내 소리와 영상이 잘 전달되지 않을 수 있어요.",
  "network.receiving": "네트워크가 불안정해서 영상이 멈출 수 있어요. 소리를 먼저 받아요.",
  "tile.stalled": "영상이 오지 않아요. 상대방 네트워크가 불안정할 수 있어요.",

  "sign.locked": "회의가 잠겨 있어요",
  "sign.lockedShort": "잠김",
  "sign.elapsed": "회의 시간",

  "timer.title": "타이머",
  "timer.minutes": "분",
  "timer.start": "시작",
  "timer.stop": "타이머 끄기",
  "timer.left": "남은 시간: {time}",
  "timer.over": "시간이 다 됐어요",
  "timer.hint": "회의에 있는 모두에게 남은 시간이 보여요.",
  "timer.preset": { other: "{count}분" },

  "zoom.label": "확대",
  "zoom.in": "확대",
  "zoom.out": "축소",
  "zoom.reset": "전체 보기",
  "zoom.resetFrom": "{percent}%, 전체 보기",

  "layout.tidy": "얼굴만 보기",
  "layout.tidyHint": "움직이기 전까지 이름과 버튼을 숨겨요",
  "shortcut.tidy": "얼굴과 화면만 보기",

  "apart.open": "작은 창으로 보기",
  "apart.title": "회의",

  "statistics.title": "자세한 통계",
  "statistics.room": "보낼 수 있는 양 {rate}kb/s",
  "statistics.way": "받을 수 있는 양 {rate}kb/s, 대기 {queue}ms, 손실 {loss}%",
  "statistics.backdrop": "배경: 프레임마다 {ms}ms, 윤곽은 {every}프레임마다, 크기 {scale}%",
  "statistics.sent": "보내는 것",
  "statistics.received": "받는 것",
  "statistics.track": "트랙",
  "statistics.who": "보낸 사람",
  "statistics.codec": "코덱",
  "statistics.size": "크기",
  "statistics.loss": "손실 %",
  "statistics.jitter": "지터 ms",
  "statistics.rtt": "왕복 ms",
  "statistics.limited": "제한 원인",
  "statistics.kind.microphone": "마이크",
  "statistics.kind.camera": "카메라",
  "statistics.kind.screen": "화면",
  "statistics.kind.screen-audio": "화면 소리",

  "alert.file": "파일을 보냈어요",
  "alert.waiting": "{names} 님이 참여를 요청했어요",
  "settings.notifications": "다른 것을 보는 동안 알림 받기",
  "settings.notificationsRefused": "브라우저가 이 사이트의 알림을 막고 있어요. 주소 옆에서 바꿀 수 있어요.",
  "settings.sounds": "알림음 (입장 대기, 타이머 종료)",
};
