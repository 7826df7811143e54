/** Somebody who has joined a room and opened its chat. `room` may carry a link's key: `name#k=key`. */
export async function enterChat(house, name, engine, room, options) {
  const person = await house.person(name, engine, options);
  await person.join(house.server, room);
  await person.click('button', 'Chat');
  await person.find('log', 'Chat messages');
  return person;
}
