// The others in a picture of a meeting: a dozen painted people in one tab. Each is a real participant, whose camera is
// encoded, sent through the server and decoded by whoever is photographed. None of them looks at anything, so that a
// small machine has only the one page to draw; a page for each of them was too much for two cores.
import { painter } from './studio.mjs';

/** Runs in the tab: people who speak the protocol over /ws themselves. */
function gather() {
  const people = [];

  /** A session of the protocol's plain WebSocket: ask(event, data) resolves to the acknowledgement. */
  const dial = async () => {
    const socket = new WebSocket(`ws://${location.host}/ws`);
    const waiting = new Map();
    await new Promise((opened, failed) => Object.assign(socket, { onopen: opened, onerror: failed }));
    socket.onmessage = ({ data }) => {
      const [event, result, id] = JSON.parse(data);
      if (event !== 'ack') return;
      waiting.get(id)?.(result);
      waiting.delete(id);
    };
    let asked = 0;
    const ask = async (event, data = {}) => {
      const id = ++asked;
      socket.send(JSON.stringify([event, data, id]));
      const result = await new Promise((answered) => waiting.set(id, answered));
      if (!result.ok) throw new Error(`${event}: ${result.error.text}`);
      return result;
    };
    return { ask, hangUp: () => socket.close() };
  };

  /** A track of what is drawn again so many times a second until it ends. */
  const film = (width, height, fps, draw) => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const pen = canvas.getContext('2d');
    draw(pen, 0);
    const [track] = canvas.captureStream(fps).getVideoTracks();
    const timer = setInterval(() => (track.readyState === 'ended' ? clearInterval(timer) : draw(pen, performance.now() / 1000)), 1000 / fps);
    return track;
  };

  /** Somebody who sways a little, painted once. */
  const camera = (seed, width, height, fps) => {
    const [w, h] = [Math.round(width * 1.05), Math.round(height * 1.05)];
    const person = new OffscreenCanvas(w, h);
    person.getContext('2d').drawImage(paintPortrait(seed), 0, 0, w, h);
    return film(width, height, fps, (pen, at) =>
      pen.drawImage(person, (width - w) / 2 + 5 * Math.sin(at * 0.7 + seed), (height - h) / 2 + 3 * Math.sin(at * 0.9 + seed)));
  };

  const voice = () => {
    const context = new AudioContext();
    const to = context.createMediaStreamDestination();
    const cords = new OscillatorNode(context, { type: 'sawtooth', frequency: 140 });
    cords.connect(new GainNode(context, { gain: 0.3 })).connect(to);
    cords.start();
    void context.resume();
    return to.stream.getAudioTracks()[0];
  };

  window.enter = async ({ room, name, link, passcode, seed, width, height, fps, talks, microphone, seen }) => {
    const session = await dial();
    await session.ask('connect', { room, name, link });
    const connection = new RTCPeerConnection();
    const line = (kind) => connection.addTransceiver(kind, { direction: 'sendonly' }).sender;
    const senders = { microphone: line('audio'), camera: line('video'), screen: line('video') };
    const start = async (kind, track) => {
      await senders[kind].replaceTrack(track);
      await session.ask('publish', { track: kind, state: 'on' });
    };
    await connection.setLocalDescription();
    const { sdp } = await session.ask('offer', { sdp: connection.localDescription.sdp });
    await connection.setRemoteDescription({ type: 'answer', sdp });
    const { you } = await session.ask('join', { passcode });
    if (talks) await start('microphone', voice());
    else await session.ask('publish', { track: 'microphone', state: microphone });
    if (seen) await start('camera', camera(seed, width, height, fps));
    people.push({
      id: () => you,
      ask: (event, data) => session.ask(event, data),
      say: (text, more) => session.ask('chat', { id: crypto.randomUUID(), text, ...more }),
      freeze: () => senders.camera.replaceTrack(null),
      share: async () => {
        const page = paintSlide();
        await start('screen', film(page.width, page.height, 4, (pen) => pen.drawImage(page, 0, 0)));
      },
      unshare: async () => {
        await session.ask('publish', { track: 'screen', state: 'off' });
        senders.screen.track.stop();
        await senders.screen.replaceTrack(null);
      },
      leave: async () => {
        for (const sender of Object.values(senders)) sender.track?.stop();
        await session.ask('leave');
        session.hangUp();
        connection.close();
      },
    });
    return people.length - 1;
  };
  window.act = (index, verb, ...rest) => people[index][verb](...rest);
}

export class Cast {
  #page;

  /** Opens the tab in which everybody sits. */
  static async gather(browser, server) {
    const cast = new Cast();
    cast.#page = await (await browser.createBrowserContext()).newPage();
    await cast.#page.goto(`${server.url}/healthz`); // any page of the server's that is not in the way
    await cast.#page.evaluate(`{${painter('portrait')}\n${painter('slide')}\n(${gather})()}`);
    return cast;
  }

  /**
   * Someone enters the room. `seed` names the face; `width`, `height` and `fps` are the camera's; `talks` makes the
   * microphone heard; else it is `on` and silent, or `muted`. Who is not `seen` has the camera off. `link` is a key.
   * Afterwards: `ask(event, data)` says anything of the protocol, `say(text)` chats, `freeze()` sends no more pictures.
   */
  async enter({ width = 640, height = 360, fps = 6, talks = false, microphone = 'on', seen = true, ...who }) {
    const all = { width, height, fps, talks, microphone, seen, ...who };
    const index = await this.#page.evaluate((person) => window.enter(person), all);
    const act = (...what) => this.#page.evaluate((...rest) => window.act(...rest), index, ...what);
    const verbs = ['id', 'ask', 'say', 'freeze', 'share', 'unshare', 'leave'];
    return Object.fromEntries(verbs.map((verb) => [verb, (...rest) => act(verb, ...rest)]));
  }

  /** Everybody is gone at once, and the tab with them. */
  async close() {
    await this.#page.browserContext().close();
  }
}
