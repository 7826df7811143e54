// A voice travels with copies of what was said just before, where both browsers can do that, and alone where not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freshRoom, House } from '../lib/room.mjs';

let house;
before(async () => (house = await House.open()));
after(() => house.close());

/** The formats of each audio m-line of the answer, as numbers and as names. */
const answered = (person) =>
  person.page.evaluate(() =>
    window.observed.connections[0].remoteDescription.sdp
      .split(/^(?=m=)/m)
      .filter((section) => section.startsWith('m=audio'))
      .map((section) => {
        const formats = /^m=audio \d+ \S+ (.*)$/m.exec(section)[1].trim().split(' ');
        return formats.map((format) => new RegExp(`^a=rtpmap:${format} (\\w+)/`, 'm').exec(section)[1].toLowerCase());
      }),
  );

/**
 * Bytes per packet of each voice over some seconds, by the seat of who speaks, as this person gets them; `sent` is this person's own.
 * No statistic says RED. But a packet with a copy of one as large is twice as large.
 */
async function sizes(person) {
  const counts = () =>
    person.page.evaluate(async () => {
      const found = {};
      for (const { sender, receiver } of window.observed.connections[0].getTransceivers()) {
        const [source] = receiver.getContributingSources().sort((a, b) => b.timestamp - a.timestamp);
        for (const [from, kind, bytes, packets] of [
          [receiver, 'inbound-rtp', 'bytesReceived', 'packetsReceived'],
          [sender, 'outbound-rtp', 'bytesSent', 'packetsSent'],
        ]) {
          const row = [...(await from.getStats()).values()].find((report) => report.type === kind && report.kind === 'audio');
          const name = kind === 'outbound-rtp' ? 'sent' : source && source.source >> 2;
          if (row?.[packets] > 0 && name) found[name] = { bytes: row[bytes], packets: row[packets] };
        }
      }
      return found;
    });
  const before = await counts();
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const after = await counts();
  return Object.fromEntries(
    Object.entries(after)
      .filter(([name, { packets }]) => packets - (before[name]?.packets ?? packets) > 50)
      .map(([name, { bytes, packets }]) => [name, (bytes - before[name].bytes) / (packets - before[name].packets)]),
  );
}

test('Chromium sends a voice with copies; Chromium gets them, of Firefox too, and Firefox gets plain Opus', async () => {
  const room = freshRoom();
  const alice = await house.person('Alice', 'chromium');
  const bob = await house.person('Bob', 'chromium');
  const carol = await house.person('Carol', 'firefox');
  const people = [alice, bob, carol];
  try {
    for (const person of people) await person.join(house.server, room); // seats 1, 2, 3
    for (const person of people) await person.seesAndHears(2);

    const [voice, screen, ...slots] = await answered(alice);
    assert.deepEqual(voice, ['red', 'opus'], 'what stands first is sent');
    assert.deepEqual(screen, ['opus']);
    assert.deepEqual(slots, Array(4).fill(['opus', 'red']));
    assert.deepEqual(await answered(carol), Array(6).fill(['opus']), 'Firefox has no RED');

    const [byAlice, byBob, byCarol] = await Promise.all(people.map(sizes));
    const all = JSON.stringify([byAlice, byBob, byCarol]);
    const alone = { 1: byCarol[1], 2: byCarol[2], 3: byCarol.sent };
    for (const [which, size, seat] of [
      ['Alice sends', byAlice.sent, 1],
      ['Bob sends', byBob.sent, 2],
      ['Alice gets of Bob', byAlice[2], 2],
      ['Alice gets of Carol', byAlice[3], 3],
      ['Bob gets of Alice', byBob[1], 1],
      ['Bob gets of Carol', byBob[3], 3],
    ]) {
      assert.ok(size > 1.5 * alone[seat], `what ${which} has copies: ${size?.toFixed(0)} bytes, alone ${alone[seat]?.toFixed(0)}; ${all}`);
    }

    for (const person of [alice, carol]) {
      // Without one of these the page would never have sound held longer where much is lost, and nobody would notice.
      const known = await person.page.evaluate(async () => {
        const rows = [...(await window.observed.connections[0].getStats()).values()];
        const heard = rows.filter((row) => row.type === 'inbound-rtp' && row.kind === 'audio' && row.packetsReceived > 100);
        const sums = ['totalSamplesReceived', 'concealedSamples', 'silentConcealedSamples'];
        const told = heard.map((row) => typeof row.mid === 'string' && sums.every((sum) => typeof row[sum] === 'number'));
        return { holds: 'jitterBufferTarget' in RTCRtpReceiver.prototype, told };
      });
      assert.deepEqual(known, { holds: true, told: [true, true] }, `${person.name}'s browser tells what it makes up and can hold more`);
    }

    for (const person of people) {
      assert.ok((await person.energyHeard()) > 0, `${person.name} hears something`);
      assert.equal(await person.exchanges(), 1, `${person.name} negotiated once`);
      assert.deepEqual(await person.errors(), [], `${person.name}'s page has no errors`);
    }
  } finally {
    for (const person of people) await person.close();
  }
});
