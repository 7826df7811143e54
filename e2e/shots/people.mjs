// Who is in the pictures, and what they say, in each language.

export const languages = {
  en: {
    room: 'design-review',
    rooms: ['board-meeting', 'book-club', 'open-office'],
    recent: ['standup', 'quiet-maple-harbor-4821'],
    names: ['Mina Park', 'Elias Berg', 'Noor Haddad', 'Juno Whitaker', 'Tomás Rivera', 'Aiko Tanaka', 'Sam Okafor', 'Priya Nair', 'Leo Fischer', 'Chloé Martin', 'Ravi Menon', 'Hana Kim'],
    // As long as a name may be.
    long: 'Maximiliane von Hohenstein-Wittelsbacher',
    outside: ['Priya Nair', 'Leo Fischer', 'Maximiliane von Hohenstein-Wittelsbacher'],
    chat: ['Good morning! Can everyone hear me?', 'Loud and clear', 'The notes are at https://example.org/notes', 'Thanks!'],
    formatted: 'Two things are **open**:\n1. the *response times*\n2. this query\n```sql\nselect region, median(ms) from requests group by region\n```',
    secret: 'Shall I mention the outage in May?',
    answer: 'The second one is mine, I will look into it.',
    wrong: 'See you on Monday',
    right: 'See you on Tuesday',
    late: ['One more thing: who takes the notes today?', 'I can do it.'],
  },
  ko: {
    room: '디자인-회의',
    rooms: ['이사회', '독서-모임', '열린-사무실'],
    recent: ['아침-회의', 'quiet-maple-harbor-4821'],
    names: ['박미나', '이서준', '김하윤', '정도윤', '최시우', '한예린', '윤민재', '신유나', 'Leo Fischer', '임채원', '강태오', '문소율'],
    long: '서비스기획본부 글로벌사용자경험디자인팀 남궁하늘빛나라 수석연구원',
    outside: ['신유나', 'Leo Fischer', '서비스기획본부 글로벌사용자경험디자인팀 남궁하늘빛나라 수석연구원'],
    chat: ['안녕하세요! 다들 잘 들리시나요?', '네, 잘 들려요', '회의록은 https://example.org/notes 에 있어요', '고마워요!'],
    formatted: '**두 가지**가 남았어요.\n1. *응답 시간*\n2. 이 쿼리\n```sql\nselect region, median(ms) from requests group by region\n```',
    secret: '5월 장애 이야기도 할까요?',
    answer: '두 번째는 제가 볼게요.',
    wrong: '월요일에 봐요',
    right: '화요일에 봐요',
    late: ['하나 더요. 오늘 회의록은 누가 쓸까요?', '제가 쓸게요.'],
  },
};

// The seeds of painted faces that suit the names.
export const faces = [22, 29, 28, 27, 31, 17, 24, 13, 26, 23, 20, 12];
// Number 1 speaks all the time; some are muted, and one has no camera on.
const muted = [3, 6, 9];
export const unseen = 7;
// Few people have large tiles, many have small ones.
const near = { width: 960, height: 540, fps: 8 };
const far = { width: 480, height: 270, fps: 5 };
const nearest = 5;

export const passcode = 'blue-otter';

/** Those around whoever is photographed: painted people who come one by one, in the order of their names. */
export class Company {
  people = [];

  constructor(cast, language, room, { close = nearest, ...rest } = {}) {
    Object.assign(this, { cast, names: languages[language].names, room, nearest: close, rest });
  }

  /** Fills the room up to so many, the viewer among them; gives how many cameras are on. */
  async fill(count) {
    for (let index = this.people.length + 1; index < count; index++) {
      this.people.push(await this.cast.enter({
        ...{ room: this.room, name: this.names[index], seed: faces[index], ...(index < this.nearest ? near : far) },
        ...{ talks: index === 1, microphone: muted.includes(index) ? 'muted' : 'on', seen: index !== unseen, ...this.rest },
      }));
    }
    return count > unseen ? count - 1 : count;
  }
}
