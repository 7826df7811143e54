// Cameras that show painted people, for pictures that look like a meeting. Everything behind the camera is real: the
// painting is encoded, sent through the server and decoded by the others.
import { source } from './source.mjs';

/** The page's gallery paints the people. */
export function painter(file) {
  return source(`gallery/${file}.ts`);
}

/** Runs in the page before its own scripts: what a camera, a microphone and a screen give from now on. */
function takeOver({ seed, width, height, fps, talks, labels }) {
  const devices = navigator.mediaDevices;
  const native = devices.getUserMedia.bind(devices);
  const listed = devices.enumerateDevices.bind(devices);

  devices.enumerateDevices = async () =>
    (await listed())
      .filter(({ deviceId, groupId, kind }, at, all) => deviceId && all.findIndex((other) => other.kind === kind && other.groupId === groupId) === at)
      .map(({ deviceId, groupId, kind }) => ({ deviceId, groupId, kind, label: labels[kind] }))
      .filter(({ kind }, at, all) => all.findIndex((other) => other.kind === kind) === at);

  const film = (paint, width, height, fps) => {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const pen = canvas.getContext('2d');
    const draw = () => paint(pen, performance.now() / 1000);
    draw();
    const [track] = canvas.captureStream(fps).getVideoTracks();
    const timer = setInterval(() => (track.readyState === 'ended' ? clearInterval(timer) : draw()), 1000 / fps);
    return track;
  };

  /** Somebody who breathes and sways: a still picture, moved by less than its margin. */
  const camera = () => {
    const person = paintPortrait(seed);
    return film((pen, at) => {
      const zoom = 1.05 + 0.006 * Math.sin(at * 1.3 + seed);
      const [w, h] = [width * zoom, height * zoom];
      pen.drawImage(person, (width - w) / 2 + 6 * Math.sin(at * 0.7 + seed), (height - h) / 2 + 3 * Math.sin(at * 0.9), w, h);
    }, width, height, fps);
  };

  /**
   * A voice of a kind for who talks, a quiet room for the others: the page takes a microphone without any sound for a
   * broken one. Chromium's own microphone beeps for everybody.
   */
  const microphone = () => {
    const context = new AudioContext();
    const to = context.createMediaStreamDestination();
    const sound = new OscillatorNode(context, { type: 'sawtooth', frequency: 140 });
    sound.connect(new GainNode(context, { gain: talks ? 0.3 : 0.0005 })).connect(to);
    sound.start();
    // It may start only once somebody touched the page.
    const timer = setInterval(() => (context.state === 'suspended' ? context.resume() : clearInterval(timer)), 200);
    return to.stream.getAudioTracks()[0];
  };

  const as = async (track, kind) => {
    const device = (await devices.enumerateDevices()).find((device) => device.kind === kind);
    const settings = track.getSettings.bind(track);
    track.getSettings = () => ({ ...settings(), deviceId: device?.deviceId, width, height, frameRate: fps });
    return track;
  };

  devices.getUserMedia = async ({ audio, video }) => {
    // Asked for its permission, and its lists of devices have names after it.
    const asked = await native({ audio, video });
    for (const track of asked.getTracks()) track.stop();
    const tracks = [];
    if (audio) tracks.push(await as(microphone(), 'audioinput'));
    if (video) tracks.push(await as(camera(), 'videoinput'));
    return new MediaStream(tracks);
  };

  devices.getDisplayMedia = async () => {
    const page = paintSlide();
    return new MediaStream([film((pen) => pen.drawImage(page, 0, 0), page.width, page.height, 5)]);
  };
}

const labels = {
  en: { audioinput: 'Built-in microphone', videoinput: 'Built-in camera', audiooutput: 'Built-in speakers' },
  ko: { audioinput: '내장 마이크', videoinput: '내장 카메라', audiooutput: '내장 스피커' },
};

/**
 * Puts a painted person in front of a page's camera. `seed` names the person; `width`, `height` and `fps` are what the
 * camera gives; `talks` makes its microphone heard. Call it before the page is opened.
 */
export async function sitFor(page, { seed, language = 'en', width = 640, height = 360, fps = 8, talks = false }) {
  const setting = JSON.stringify({ seed, width, height, fps, talks, labels: labels[language] });
  await page.evaluateOnNewDocument(`{${painter('portrait')}\n${painter('slide')}\n(${takeOver})(${setting})}`);
}
