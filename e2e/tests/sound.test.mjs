// What is done to a voice: filters, original sound, push to talk, and a microphone that dies.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { names } from '../lib/browsers.mjs';
import { settings } from '../lib/looking.mjs';
import { freshRoom, House } from '../lib/room.mjs';
import { until } from '../lib/server.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

/**
 * Runs in the page before its own scripts: its microphone gives what `window.voice` says, noise or nothing, and what is
 * asked of it is kept.
 */
function synthesise() {
  const devices = navigator.mediaDevices;
  const native = devices.getUserMedia.bind(devices);
  const Native = window.AudioContext;
  window.asked = [];
  window.contexts = [];
  window.AudioContext = class extends Native {
    constructor(...args) {
      super(...args);
      window.contexts.push(this);
    }
  };
  devices.getUserMedia = async (wanted) => {
    const stream = await native(wanted);
    if (!wanted.audio) return stream;
    window.asked.push(wanted.audio);
    const context = new Native();
    const hiss = context.createBuffer(1, context.sampleRate * 5, context.sampleRate);
    const samples = hiss.getChannelData(0);
    // A fan: noise, the deep more than the high.
    for (let i = 1; i < samples.length; i++) samples[i] = 0.8 * samples[i - 1] + 0.2 * (Math.random() * 2 - 1);
    const source = new AudioBufferSourceNode(context, { buffer: hiss, loop: true });
    const gain = new GainNode(context, { gain: 0.2 });
    const out = new MediaStreamAudioDestinationNode(context, { channelCount: wanted.audio.channelCount ? 2 : 1 });
    source.connect(gain).connect(out);
    source.start();
    window.voice = { silence: () => (gain.gain.value = 0), context };
    for (const event of ['pointerdown', 'keydown']) document.addEventListener(event, () => void context.resume());
    await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
    const [track] = out.stream.getAudioTracks();
    const [device] = stream.getAudioTracks();
    const settings = device.getSettings();
    track.getSettings = () => settings;
    const stop = track.stop.bind(track);
    track.stop = () => (stop(), device.stop(), void context.close());
    window.made = [...(window.made ?? []), track];
    return new MediaStream([track, ...stream.getVideoTracks()]);
  };
}

async function sit(name, engine) {
  const person = await house.person(name, engine);
  await person.page.evaluateOnNewDocument(synthesise);
  return person;
}

/** The loudness of what is sent, as the root of the mean square over a second. */
function sentLoudness(person) {
  return person.page.evaluate(async () => {
    const [connection] = window.observed.connections.filter(({ connectionState }) => connectionState === 'connected');
    const { track } = connection.getTransceivers()[0].sender;
    const context = new AudioContext();
    await context.resume();
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = new AnalyserNode(context, { fftSize: 32768 });
    source.connect(analyser);
    await new Promise((done) => setTimeout(done, 1200));
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    await context.close();
    return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
  });
}

for (const engine of names) {
  test(`RNNoise takes a fan's noise away in ${engine}, under the page's policy, and can be switched off`, async (t) => {
    const person = await sit('Ann', engine);
    try {
      await person.join(house.server, freshRoom());
      await person.page.mouse.click(5, 5); // a browser may want a click before it runs sound
      await until('the voice is there', () => person.page.evaluate(() => window.voice));
      const runs = await person.page.evaluate(async () => {
        const context = new AudioContext();
        await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 1000))]);
        return context.state === 'running';
      });
      t.diagnostic(`${engine} ${runs ? 'runs' : 'does not run'} audio here`);
      await settings(person, 'Sound');
      const noisy = runs && (await sentLoudness(person));
      await person.click('radio', 'Filtered thoroughly');
      if (!runs) {
        // Without a sound card Firefox runs no audio: the page must say so and go on with the raw voice.
        await person.reads('The thorough noise filter does not run here');
        assert.deepEqual(await person.errors(), []);
        return;
      }
      const asked = await until('the microphone is opened without the browser\'s filter', () =>
        person.page.evaluate(() => window.asked.at(-1).noiseSuppression === false));
      assert.ok(asked);
      await until('a filtered voice is sent', async () => {
        const loudness = await sentLoudness(person);
        t.diagnostic(`root mean square ${noisy.toFixed(4)} before, ${loudness.toFixed(4)} with RNNoise`);
        return loudness < noisy / 2; // 6 dB; it takes about 9
      }, { within: 20_000 });
      await person.click('radio', 'Filtered by the browser');
      await until('the noise is back', async () => (await sentLoudness(person)) > noisy / 2);
      const open = await person.page.evaluate(() => ({
        tracks: window.made.filter(({ readyState }) => readyState === 'live').length,
        filters: window.contexts.filter(({ state, sampleRate }) => state !== 'closed' && sampleRate === 48_000).length,
      }));
      assert.equal(open.tracks, 1, 'one microphone is open');
      assert.ok(open.filters <= 1, 'the filter\'s context is closed');
      assert.deepEqual(await person.errors(), []);
    } finally {
      await person.close();
    }
  });

  test(`original sound is sent in stereo, at a higher rate and untouched in ${engine}`, async () => {
    const person = await sit('Ann', engine);
    try {
      await person.join(house.server, freshRoom());
      await settings(person, 'Sound');
      const sending = () =>
        person.page.evaluate(() => {
          const [connection] = window.observed.connections;
          const { sender } = connection.getTransceivers()[0];
          const answer = connection.remoteDescription.sdp.split(/^(?=m=)/m)[1];
          return { stereo: /stereo=1/.test(answer), dtx: /usedtx=1/.test(answer), rate: sender.getParameters().encodings[0]?.maxBitrate };
        });
      const before = await sending();
      await person.click('switch', 'Original sound');
      await until('music is agreed upon', async () => {
        const now = await sending();
        return now.stereo && !now.dtx && now.rate > before.rate;
      });
      const asked = await person.page.evaluate(() => window.asked.at(-1));
      assert.equal(asked.echoCancellation || asked.noiseSuppression || asked.autoGainControl, false);
      assert.deepEqual(asked.channelCount, { ideal: 2 });
      await person.click('switch', 'Original sound');
      await until('a voice is agreed upon again', async () => (await sending()).rate === before.rate);
      assert.deepEqual(await person.errors(), []);
    } finally {
      await person.close();
    }
  });

  test(`Space talks while it is held in ${engine}, but not in a text field`, async () => {
    const person = await sit('Ann', engine);
    const other = await house.person('Ben', engine);
    const room = freshRoom();
    try {
      await other.join(house.server, room);
      await person.join(house.server, room);
      const on = () => person.page.evaluate(() => document.querySelector('[role=toolbar] button').getAttribute('aria-pressed') === 'true');
      const heardOn = (muted) => other.page.waitForFunction((want) => {
        const tile = [...document.querySelectorAll('[role=group]')].find((node) => node.getAttribute('aria-label') === 'Ann');
        return tile?.innerText.includes('muted') === want || tile?.textContent.includes('muted') === want;
      }, {}, muted);
      // Muted by a click: the button has the focus, and Space is for talking all the same.
      const button = await person.find('button', 'Microphone');
      await button.click();
      await heardOn(true);
      await person.page.keyboard.down(' ');
      await until('it talks', on);
      await heardOn(false);
      await person.page.keyboard.up(' ');
      await until('it is mute again', async () => !(await on()));
      await heardOn(true);
      await person.page.keyboard.press('c');
      await person.page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
      await person.page.keyboard.down(' ');
      assert.equal(await on(), false, 'a space was typed');
      await person.page.keyboard.up(' ');
    } finally {
      await person.close();
      await other.close();
    }
  });

  test(`a dead microphone is noticed and restored in ${engine}`, async () => {
    const person = await sit('Ann', engine);
    try {
      await person.join(house.server, freshRoom());
      await person.page.mouse.click(5, 5);
      await person.page.waitForFunction(() => window.made?.length > 0);
      // The system takes it away, as for a telephone call.
      await person.page.evaluate(() => {
        window.voice.silence();
        const track = window.made.at(-1);
        Object.defineProperty(track, 'muted', { get: () => true });
        track.dispatchEvent(new Event('mute'));
      });
      await person.find('button', 'Restore audio');
      const before = await person.page.evaluate(() => window.made.length);
      await person.click('button', 'Restore audio');
      await until('there is a new track', () => person.page.evaluate((count) => window.made.length > count, before));
      await until('the sign is gone', async () => !(await person.sees('button', 'Restore audio')));
      const made = await person.page.evaluate(() => window.made.map(({ readyState }) => readyState));
      assert.equal(made.length, before + 1);
      assert.deepEqual(made.slice(-2), ['ended', 'live']);
    } finally {
      await person.close();
    }
  });
}

// Firefox without a sound card hears nothing of a microphone's loudness.
test('who talks while muted is told so, and is heard after a click', async () => {
  const ann = await sit('Ann', 'chromium');
  try {
    await ann.join(house.server, freshRoom());
    await ann.page.mouse.click(5, 5);
    await ann.click('button', 'Microphone');
    await ann.reads('You are muted');
    await ann.click('button', 'Unmute');
    await until('the hint is gone', async () => !(await ann.sees('button', 'Unmute')));
    await until('a voice is sent', async () => (await sentLoudness(ann)) > 0.01);
    assert.deepEqual(await ann.errors(), []);
  } finally {
    await ann.close();
  }
});
