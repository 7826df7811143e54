// Serves the classic page, as another server would, or in front of Noom as if Noom served it.
import { createServer, request } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const files = { '/': ['index.html', 'text/html'], '/page.js': ['page.js', 'text/javascript'] };

/** Serves the classic page on the port. With `noom`, Noom's Socket.IO is on the same origin. */
export async function serveClassic(port, noom) {
  const server = createServer((req, res) => {
    const file = files[new URL(req.url, 'http://classic').pathname];
    if (file) {
      res.setHeader('Content-Type', file[1]);
      res.end(readFileSync(new URL(`../classic/${file[0]}`, import.meta.url)));
    } else if (noom) {
      const onward = request({ port: noom.port, path: req.url, method: req.method, headers: req.headers }, (answer) => {
        res.writeHead(answer.statusCode, answer.headers);
        answer.pipe(res);
      });
      onward.on('error', () => res.destroy());
      res.on('close', () => onward.destroy());
      req.pipe(onward);
    } else {
      res.writeHead(404).end();
    }
  });
  server.on('upgrade', (req, socket) => {
    if (!noom) return socket.destroy();
    const onward = request({ port: noom.port, path: req.url, headers: req.headers });
    onward.on('upgrade', (answer, upstream, head) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      if (head.length) socket.write(head);
      upstream.pipe(socket).pipe(upstream);
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    onward.on('error', () => socket.destroy());
    onward.end();
  });
  server.listen(port);
  await once(server, 'listening');
  return { close: () => (server.closeAllConnections(), server.close()) };
}
