// A crowd: participants who only sit there, over the plain WebSocket, each costing next to nothing. No browser, no media.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

/** Seats people in a room: so many, named Crowd 1, Crowd 2, …, or these. Resolves when all are inside. */
export async function crowd(server, room, people, passcode) {
  const names = typeof people === 'number' ? Array.from({ length: people }, (_, n) => `Crowd ${n + 1}`) : people;
  const seats = [];
  // Ten at a time: a server takes them one by one anyway.
  for (let at = 0; at < names.length; at += 10) {
    const some = names.slice(at, at + 10).map((name) => sit(server, room, name, { passcode }));
    seats.push(...(await Promise.all(some)));
  }
  return {
    /** Everybody says that their microphone is on. */
    speak: () => seats.forEach((seat) => send(seat, 1, JSON.stringify(['publish', { track: 'microphone', state: 'on' }]))),
    leave: () => seats.forEach((seat) => seat.destroy()),
  };
}

/** People who ask to be let in, and wait until the returned function is called. */
export async function knock(server, room, names, passcode) {
  const seats = await Promise.all(names.map((name) => sit(server, room, name, { passcode, waits: true })));
  return () => seats.forEach((seat) => seat.destroy());
}

/** One of them: joins, says that its microphone is on (unless it has to wait), and answers pings from then on. */
async function sit(server, room, name, { passcode, waits = false } = {}) {
  const socket = connect(server.port, 'localhost');
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: localhost:${server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  );
  const acks = new Map();
  await new Promise((done, failed) => {
    socket.on('error', failed);
    socket.on('close', () => failed(new Error(`${name} was sent away`)));
    let rest = Buffer.alloc(0);
    let upgraded = false;
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      if (!upgraded) {
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) return;
        upgraded = true;
        rest = rest.subarray(end + 4);
        send(socket, 1, JSON.stringify(['connect', { room, name }, 1]));
      }
      for (let frame; (frame = read(rest)); rest = frame.rest) {
        if (frame.opcode === 9) send(socket, 10, frame.data);
        // Acknowledgements are short or begin like this; a crowd does not read the rest.
        if (frame.opcode !== 1 || !frame.data.subarray(0, 7).equals(Buffer.from('["ack",'))) continue;
        const [, result, id] = JSON.parse(frame.data.toString());
        if (!result.ok) return failed(new Error(`${name}: ${result.error.text}`));
        if (id === 1) send(socket, 1, JSON.stringify(['join', { passcode }, 2]));
        if (id === 2 && !waits) send(socket, 1, JSON.stringify(['publish', { track: 'microphone', state: 'on' }, 3]));
        if (id === 3 || (id === 2 && waits)) done();
      }
    });
  });
  socket.removeAllListeners('close');
  return socket;
}

/** RFC 6455 §5.2; a client masks what it sends. */
function send(socket, opcode, text) {
  const data = Buffer.from(text);
  const head = data.length < 126 ? [data.length | 128] : [126 | 128, data.length >> 8, data.length & 255];
  const mask = randomBytes(4);
  const masked = data.map((byte, at) => byte ^ mask[at & 3]);
  socket.write(Buffer.concat([Buffer.from([128 | opcode, ...head]), mask, masked]));
}

function read(buffer) {
  if (buffer.length < 2) return null;
  const short = buffer[1] & 127;
  const head = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (buffer.length < head) return null;
  const length = short === 127 ? Number(buffer.readBigUInt64BE(2)) : short === 126 ? buffer.readUInt16BE(2) : short;
  if (buffer.length < head + length) return null;
  return { opcode: buffer[0] & 15, data: buffer.subarray(head, head + length), rest: buffer.subarray(head + length) };
}
