// A client that is no page: it says what it likes over /ws, as a program or an attacker would.

/** Runs in a bare page of the server's origin. */
function open(auth) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/ws`);
    const client = { answers: new Map(), events: [], next: 1, socket };
    const clients = (window.clients ??= []);
    socket.onopen = () => socket.send(JSON.stringify(['connect', auth, 'connect']));
    socket.onclose = () => reject(new Error('closed'));
    socket.onmessage = ({ data }) => {
      const [event, first, second] = JSON.parse(data);
      if (event === 'ack' && second === 'connect') {
        if (first.ok === false) reject(new Error(JSON.stringify(first.error)));
      } else if (event === 'ack') {
        client.answers.get(second)?.(first);
        client.answers.delete(second);
      } else if (event === 'session') {
        client.session = first;
        resolve(clients.push(client) - 1);
      } else {
        client.events.push([event, first]);
      }
    };
  });
}

function ask(at, event, data) {
  const client = window.clients[at];
  return new Promise((resolve) => {
    const id = client.next++;
    client.answers.set(id, resolve);
    client.socket.send(JSON.stringify([event, data, id]));
  });
}

async function rest(at, method, path, headers, body) {
  const { session } = window.clients[at];
  const response = await fetch(`/api/rooms/${encodeURIComponent(session.room)}${path}`, {
    method,
    headers: { Authorization: `Bearer ${session.key}`, ...headers },
    body: typeof body === 'string' ? body : body ? new Uint8Array(body) : undefined,
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
}

export class Raw {
  #page;
  #at;

  /** Opens the page that carries raw clients; any number of them share it. */
  static async page(house) {
    const person = await house.person('raw', 'chromium');
    await person.page.goto(`${house.server.url}/healthz`);
    return person.page;
  }

  /** Connects and joins; what `join` answered is in `joined`. */
  static async join(page, room, name, auth = {}) {
    const raw = new Raw();
    raw.#page = page;
    raw.#at = await page.evaluate(open, { room, name, ...auth });
    raw.joined = await raw.ask('join', {});
    return raw;
  }

  /** Sends a request and gives its whole acknowledgement. */
  ask(event, data) {
    return this.#page.evaluate(ask, this.#at, event, data);
  }

  /** Sends many requests at once. */
  askAll(event, list) {
    return this.#page.evaluate(
      (at, name, all, one) => Promise.all(all.map((data) => new Function(`return ${one}`)()(at, name, data))),
      this.#at, event, list, String(ask),
    );
  }

  /** Puts a file into the room's store; gives its id. */
  async upload(name, bytes) {
    const body = JSON.stringify({ name, size: bytes.length });
    const begun = await this.#page.evaluate(rest, this.#at, 'POST', '/files', { 'Content-Type': 'application/json' }, body);
    if (begun.status !== 201) return begun;
    const id = begun.body.file;
    const sent = await this.#page.evaluate(rest, this.#at, 'PATCH', `/files/${id}`, { 'Upload-Offset': '0' }, [...bytes]);
    return { ...sent, id };
  }
}
