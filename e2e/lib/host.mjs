// Rooms with hosts: made over REST where a test is not about making them.

/** Makes a room, with settings that differ from a made room's, and returns `{room, key}`: the key makes a host. */
export async function makeRoom(server, room, settings) {
  const made = await ask(server, 'POST', '/api/rooms', null, { name: room });
  if (settings) await change(server, made, settings);
  return made;
}

/** Changes some of a room's settings. */
export async function change(server, { room, key }, settings) {
  await ask(server, 'PATCH', `/api/rooms/${encodeURIComponent(room)}`, key, { settings });
}

/** A further link's key, of this role. */
export async function makeLink(server, { room, key }, role) {
  return { room, key: (await ask(server, 'POST', `/api/rooms/${room}/links`, key, { role })).key };
}

async function ask(server, method, path, key, body) {
  const answer = await fetch(server.url + path, {
    method,
    headers: { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Opens a room's link with a key in it, and waits for the lobby. */
export async function arriveWith(person, server, { room, key }) {
  await person.page.goto(`${server.url}/r/${room}#k=${key}`, { waitUntil: 'load' });
  await person.find('textbox', 'Your name');
}

/** Fills in the name and presses the lobby's one button, whatever it is called. */
export async function ring(person) {
  await person.fill('textbox', 'Your name', person.name);
  await person.page.$eval('form button[type=submit]', (button) => button.click());
}

/** Enters a room as its host, or as what the key gives. */
export async function enterWith(person, server, made) {
  await arriveWith(person, server, made);
  await ring(person);
  await person.find('toolbar', 'Meeting controls');
}

/**
 * Presses the button, or the entry of a menu, that is called so. Looked for inside the page: asking Firefox's tree of
 * accessible things takes seconds while pictures and rings move.
 */
export async function press(person, name) {
  await person.page.waitForFunction(
    (name) => {
      const called = (button) => (button.ariaLabel ?? button.textContent).trim() === name && button.checkVisibility();
      const button = [...document.querySelectorAll('button')].find(called);
      button?.click();
      return button !== undefined;
    },
    { polling: 100, timeout: 15_000 },
    name,
  );
}

/** Opens the people panel, if it is not open. */
export async function people(person) {
  if (!(await person.page.$('aside li'))) await press(person, 'People');
  await person.page.waitForSelector('aside li');
}

/** Chooses from the menu about somebody in the people panel. */
export async function act(person, whom, what) {
  await people(person);
  await press(person, `What to do with ${whom}`);
  await press(person, what);
}
