// Looks at the pictures that people send and see, and at where they choose them.
import { fileURLToPath } from 'node:url';
import { until } from './server.mjs';

/** A picture that is red on the left and blue on the right. */
export const flag = fileURLToPath(new URL('flag.png', import.meta.url));

/** Opens the settings on a section. */
export async function settings(person, section) {
  await person.click('button', 'More');
  await person.click('menuitem', 'Settings');
  await person.click('tab', section);
}

export async function closeSettings(person) {
  await person.page.keyboard.press('Escape');
  await until('the settings are closed', async () => !(await person.sees('tab', 'Picture')));
}

/** Runs in the page before its own scripts: a camera that shows a wall of books. */
export function books() {
  const devices = navigator.mediaDevices;
  const native = devices.getUserMedia.bind(devices);
  window.cameras = [];
  devices.getUserMedia = async (wanted) => {
    const stream = await native(wanted);
    if (!wanted.video) return stream;
    const [device] = stream.getVideoTracks();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [640, 360];
    const pen = canvas.getContext('2d');
    // A wall of books, which a light moves along.
    let frame = 0;
    const draw = () => {
      frame++;
      for (let shelf = 0; shelf < 5; shelf++) {
        for (let book = 0; book < 64; book++) {
          const light = 25 + ((book * 37 + shelf * 53) % 50) + ((book + frame) % 8);
          pen.fillStyle = `hsl(${(book * 71 + shelf * 40) % 60} 40% ${light}%)`;
          pen.fillRect(book * 10, shelf * 72, 10, 66);
        }
        pen.fillStyle = '#3a2c20';
        pen.fillRect(0, shelf * 72 + 66, 640, 6);
      }
    };
    const timer = setInterval(draw, 100);
    draw();
    const [track] = canvas.captureStream(10).getVideoTracks();
    const stop = track.stop.bind(track);
    // Firefox says of its invented camera that it looks away from me, as the second one of a phone does.
    const settings = { ...device.getSettings(), facingMode: undefined };
    track.getSettings = () => settings;
    track.stop = () => (stop(), device.stop(), clearInterval(timer));
    // Firefox delivers no `ended` that a script dispatches.
    const ends = [];
    const listen = track.addEventListener.bind(track);
    track.addEventListener = (name, listener, options) => (name === 'ended' ? ends.push(listener) : listen(name, listener, options));
    track.unplug = () => {
      track.stop();
      for (const end of ends) end(new Event('ended'));
    };
    window.cameras.push(track);
    return new MediaStream([track, ...stream.getAudioTracks()]);
  };
}

/**
 * Looks at what the camera's sender sends (`sent`), at a preview, at the one of the settings, or at the picture of somebody
 * by their name: how much detail, and colours at places.
 */
export function look(person, where = 'sent') {
  return person.page.evaluate(async (which) => {
    const places = { sent: null, preview: 'section[aria-label] video, dialog video', settings: 'dialog video' };
    const video = which === 'sent' ? document.createElement('video') : document.querySelector(places[which] ?? `[role=group][aria-label="${which}"] video[data-track]`);
    if (!video) return null;
    if (which === 'sent') {
      const connection = window.observed.connections.find(({ connectionState }) => connectionState === 'connected');
      const track = connection?.getTransceivers()[1].sender.track;
      if (!track) return null;
      video.muted = true;
      video.srcObject = new MediaStream([track]);
      await Promise.race([video.play(), new Promise((done) => setTimeout(done, 2000))]);
      await new Promise((done) => setTimeout(done, 300));
    }
    if (!video.videoWidth) return null;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [320, 180];
    const pen = canvas.getContext('2d');
    pen.drawImage(video, 0, 0, 320, 180);
    const size = [video.videoWidth, video.videoHeight];
    if (which === 'sent') video.srcObject = null;
    const { data } = pen.getImageData(0, 0, 320, 180);
    let detail = 0;
    for (let at = 4; at < data.length; at += 4) detail += Math.abs(data[at] - data[at - 4]);
    const at = (x, y) => [...data.slice((y * 320 + x) * 4, (y * 320 + x) * 4 + 3)];
    return { detail: detail / (320 * 180), corner: at(12, 12), otherCorner: at(307, 12), middle: at(160, 70), size };
  }, where);
}

export const sum = (colour) => colour.reduce((all, one) => all + one, 0);

/** What the statistics say that hiding the background costs, window after window of 30 frames, until it stands still for three. */
async function costsOf(person) {
  await person.click('button', 'More');
  await person.click('menuitem', 'Statistics for nerds');
  const words = /Background: ([\d.]+) ms a frame, (outline in 1 of (\d), (\d+) %)/;
  const costs = [];
  const cheap = ({ ms, every, scale }) => ms <= 8 || (every === 4 && scale === 50);
  await until('hiding is cheap enough, or as cheap as it gets', async () => {
    const [said, ms, step, every, scale] = words.exec(await person.page.evaluate(() => document.body.innerText)) ?? [];
    if (said && said !== costs.at(-1)?.said) costs.push({ said, ms: Number(ms), step, every: Number(every), scale: Number(scale) });
    const last = costs.slice(-3);
    return last.length === 3 && last.every(cheap) && last.every((cost) => cost.step === step);
  }, { within: 60_000 });
  return costs;
}

/** The middle one of the last three, in ms. */
const middleOf = (costs) => costs.slice(-3).map(({ ms }) => ms).sort((a, b) => a - b)[1];

/** Hides the room by blurring it, and says what that costs `what`. Resolves to the last of the costs. */
export async function costOfBlur(t, person, what) {
  await settings(person, 'Picture');
  await person.click('radio', 'Blurred');
  await closeSettings(person);
  const costs = await costsOf(person);
  for (const { said } of costs) t.diagnostic(said);
  const last = costs.at(-1);
  t.diagnostic(`${what}: ${middleOf(costs).toFixed(1)} ms a frame, ${last.step}`);
  return last;
}
