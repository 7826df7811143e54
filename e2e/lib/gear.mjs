// A desk full of devices that can be plugged in and pulled out.

/**
 * Runs in the page before its own scripts. Its devices have labels that last and ids that do not, as in browsers that
 * forget; what they give comes from the browser's own. `window.gear` plugs them in and pulls them out.
 */
export function gear(labels) {
  const devices = navigator.mediaDevices;
  const native = devices.getUserMedia.bind(devices);
  const all = Object.entries(labels).flatMap(([kind, names]) =>
    names.map((label) => ({ deviceId: crypto.randomUUID(), groupId: '', kind, label, plugged: true, live: [] })));
  const plugged = (kind) => all.filter((device) => device.kind === kind && device.plugged);

  devices.enumerateDevices = async () => all.filter((device) => device.plugged);
  devices.getUserMedia = async (wanted) => {
    const chosen = {};
    for (const [kind, key] of [['audioinput', 'audio'], ['videoinput', 'video']]) {
      if (!wanted[key]) continue;
      const id = wanted[key].deviceId?.exact;
      chosen[key] = plugged(kind).find(({ deviceId }) => !id || deviceId === id);
      if (!chosen[key]) throw new DOMException('gone', id ? 'OverconstrainedError' : 'NotFoundError');
    }
    const stream = await native({ audio: Boolean(wanted.audio), video: Boolean(wanted.video) && { width: 640, height: 360 } });
    for (const track of stream.getTracks()) {
      const device = chosen[track.kind];
      Object.defineProperty(track, 'label', { value: device.label });
      track.getSettings = () => ({ deviceId: device.deviceId });
      // Firefox delivers no `ended` that a script dispatches.
      const ends = [];
      const listen = track.addEventListener.bind(track);
      track.addEventListener = (name, listener, options) => (name === 'ended' ? ends.push({ listener, options }) : listen(name, listener, options));
      const stop = track.stop.bind(track);
      let live = true;
      track.stop = () => (stop(), (live = false));
      device.live.push(() => {
        if (!live) return;
        track.stop();
        for (const { listener, options } of ends) if (!options?.signal?.aborted) listener(new Event('ended'));
      });
    }
    return stream;
  };

  HTMLMediaElement.prototype.setSinkId = async function (id) {
    if (id && !plugged('audiooutput').some(({ deviceId }) => deviceId === id)) throw new DOMException('gone', 'NotFoundError');
    this.sink = id;
    window.gear.directed.push(window.gear.label(id));
  };

  const set = (label, to) => {
    for (const device of all.filter((one) => one.label === label)) {
      device.plugged = to;
      if (!to) for (const end of device.live.splice(0)) end();
    }
    devices.dispatchEvent(new Event('devicechange'));
  };
  window.gear = {
    pull: (label) => set(label, false),
    plug: (label) => set(label, true),
    /** Every speaker that a sound was directed to, in order. */
    directed: [],
    label: (id) => all.find(({ deviceId }) => deviceId === id)?.label ?? '',
    /** The speakers on which the voices play now. */
    speakers: () => [...new Set([...document.querySelectorAll('audio')].map(({ sink }) => window.gear.label(sink)))],
  };
}
