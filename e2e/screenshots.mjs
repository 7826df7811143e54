// Pictures of every screen and state, from the real page on the real server: desktop and phones, dark and light,
// English and Korean. `node run.mjs screenshots.mjs [folder]`; the folder is e2e/results/screenshots when none is named.
//
// PARTS=chat,hosts takes only those parts (see below), ONLY=phone-dark-ko,meeting-5 only those whose name has one of
// these in it. The main screens come in every size, theme and language; of each other state every size, every theme
// and every language is there once. EVERY=1 takes all in all ways.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { House } from './lib/room.mjs';
import { Album, Viewer } from './lib/viewer.mjs';
import { chat } from './shots/chat.mjs';
import { doors, elsewhere } from './shots/doors.mjs';
import { home } from './shots/home.mjs';
import { guests, hosts } from './shots/hosts.mjs';
import { late } from './shots/late.mjs';
import { left } from './shots/left.mjs';
import { meeting } from './shots/meeting.mjs';
import { faces, languages } from './shots/people.mjs';
import { settings } from './shots/settings.mjs';
import { stage } from './shots/stage.mjs';

const parts = { home, doors, elsewhere, meeting, stage, settings, hosts, guests, chat, left, late };
const list = (name) => (process.env[name] ?? '').split(',').filter(Boolean);
const [chosen, only] = [list('PARTS'), list('ONLY')];
const folder = resolve(process.argv[2] ?? 'results/screenshots');
mkdirSync(folder, { recursive: true });
const album = new Album(folder, { only, everyWay: process.env.EVERY === '1' });
// A language is left out when all that is wanted ends in another.
const ends = only.map((part) => part.split('-').at(-1));
const spoken = Object.keys(languages).filter((language) => ends.length === 0 || ends.some((end) => end === language || !(end in languages)));

/** Where the pictures of one language are taken: gives who is photographed and those around them, and sends them home. */
class Studio {
  #casts = [];

  constructor(house, album, language) {
    Object.assign(this, { house, album, language });
  }

  viewer() {
    return Viewer.sit(this.house, this.album, { name: languages[this.language].names[0], seed: faces[0], language: this.language });
  }

  async cast() {
    const cast = await this.house.cast();
    this.#casts.push(cast);
    return cast;
  }

  /** The viewer goes, and everybody who was around. */
  async cleared(viewer) {
    for (const cast of this.#casts.splice(0)) await cast.close();
    await viewer.leave();
  }
}

const started = Date.now();
const house = await House.open();
try {
  for (const language of spoken) {
    const studio = new Studio(house, album, language);
    for (const [name, part] of Object.entries(parts)) {
      if (chosen.length > 0 && !chosen.includes(name)) continue;
      await part(studio);
      console.log(`${language} ${name}: ${album.taken} pictures after ${Math.round((Date.now() - started) / 1000)} s`);
    }
  }
} finally {
  await house.close();
}
