// @discordjs/rest run flat out: everything at once, as fast as its own limiter lets it. Its time is the simulator's: while
// an answer is awaited time stands still, and when nothing is, it moves to the next moment that somebody waits for.
import { request } from 'node:http';
import { address, compression as start, guildID, obey, tell, token } from './line.mjs';

let now = Number(start);
let nextTimer = 0;
let awaited = 0;
let answered = () => {};
const timers = new Map();
Date.now = () => now;
globalThis.setTimeout = (fire, ms = 0, ...args) => {
  const id = ++nextTimer;
  timers.set(id, { at: now + Math.max(Math.ceil(ms), 0), fire: () => fire(...args) });
  return id;
};
globalThis.clearTimeout = (id) => timers.delete(id);

// send is how the library reaches the network. It reads the whole answer.
function send(url, { method, headers, body }) {
  awaited++;
  const sent = new Promise((resolve, reject) => {
    const q = request(url, { method, headers: Object.fromEntries(new Headers(headers)) }, (r) => {
      const parts = [];
      r.on('data', (part) => parts.push(part));
      r.on('error', reject);
      r.on('end', () => resolve(new Response(r.statusCode === 204 ? null : Buffer.concat(parts), { status: r.statusCode, headers: r.headers })));
    });
    q.on('error', reject);
    q.end(body ?? undefined);
  });
  return sent.finally(() => {
    awaited--;
    answered();
  });
}

// Loaded only now, so that it meets the time above.
const { REST } = await import('@discordjs/rest');
const rest = new REST({ api: `${address}/api`, makeRequest: send, hashSweepInterval: 0, handlerSweepInterval: 0 }).setToken(token);
const told = { limited: 0 };
rest.on('rateLimited', () => told.limited++);

let moved;
obey({ async moved() { moved(); } }, () => {});
const turn = () => new Promise((resolve) => setImmediate(resolve));

// move waits until nothing is awaited and moves time to the first timer.
async function move() {
  for (let quiet = 0; quiet < 5; quiet++) {
    await turn();
    if (awaited === 0) continue;
    await new Promise((resolve) => { answered = resolve; });
    quiet = -1;
  }
  if (over || timers.size === 0) return;
  const at = Math.min(...[...timers.values()].map((t) => t.at));
  if (at > now) {
    const heard = new Promise((resolve) => { moved = resolve; });
    tell('time', { ms: at - now });
    await heard;
    now = at;
  }
  for (const [id, t] of [...timers]) {
    if (t.at > now || !timers.delete(id)) continue;
    t.fire();
  }
}

const upTo = (n, one) => Array.from({ length: n }, (_, i) => one(i));

async function busy(channel) {
  const first = await rest.post(`/channels/${channel}/messages`, { body: { content: 'first' } });
  const one = `/channels/${channel}/messages/${first.id}`;
  await Promise.all([
    ...upTo(29, (i) => rest.post(`/channels/${channel}/messages`, { body: { content: `message ${i}` } }).then((m) => (i % 2 ? rest.delete(`/channels/${channel}/messages/${m.id}`) : m))),
    ...upTo(10, (i) => rest.patch(one, { body: { content: `edit ${i}` } })),
    ...['👍', '👎', '🎉', '❤️', '😀'].map((e) => rest.put(`${one}/reactions/${encodeURIComponent(e)}/@me`)),
    ...upTo(3, (i) => rest.patch(`/channels/${channel}`, { body: { name: `name-${i}` } })),
    ...upTo(4, (i) => rest.patch(`/channels/${channel}`, { body: { nsfw: i % 2 === 0 } })),
    ...upTo(4, () => rest.put(`/channels/${channel}/permissions/${guildID}`, { body: { type: 0, allow: '0', deny: '0' } })),
    ...upTo(5, () => rest.get(`/channels/${channel}/messages`)),
  ]);
}

let over = false;
const work = rest.get(`/guilds/${guildID}/channels`)
  .then((channels) => Promise.all(channels.filter((c) => c.name.startsWith('busy')).map((c) => busy(c.id))))
  .finally(() => { over = true; });
while (!over) await move();
await work;
tell('time', { over: true, limited: told.limited });
