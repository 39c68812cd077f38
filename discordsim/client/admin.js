// The drawer for what no Discord client can do: move the clock, cut the bot's connection, look at what really happened.
import { fill, h, iconButton, toast } from './dom.js';
import { call, get, post, query } from './api.js';
import { now, view } from './view.js';
import { clockTime, fullTime } from './time.js';

let timer = null;
let countFrom = 0; // REST calls are counted after this number of the log
let lastCall = 0;

export function toggleAdmin() {
  const drawer = document.getElementById('admin');
  const button = document.getElementById('admin-toggle');
  drawer.hidden = !drawer.hidden;
  button.setAttribute('aria-expanded', String(!drawer.hidden));
  clearInterval(timer);
  if (drawer.hidden) return;
  fill(drawer, frame());
  drawBots();
  refresh();
  timer = setInterval(refresh, 1500);
}

const frame = () => [
  h('header', { class: 'admin-head' }, h('h2', {}, 'Simulator controls'), iconButton('close', 'Close controls', toggleAdmin)),
  h('section', {}, h('h3', {}, 'Clock'), h('p', { id: 'admin-clock', data: { testid: 'clock' } }),
    h('div', { class: 'admin-row' }, [['+1 hour', '1h'], ['+1 day', '24h'], ['+30 days', '720h']].map(([label, advance]) =>
      h('button', { type: 'button', class: 'button secondary small', onclick: () => run(post('/clock', { advance })) }, label)))),
  h('section', {}, h('h3', {}, 'Bots'), h('div', { id: 'admin-bots' })),
  h('section', {}, h('h3', {}, 'REST calls'),
    h('div', { class: 'admin-row' }, h('span', { id: 'admin-total', data: { testid: 'call-total' } }),
      h('button', { type: 'button', class: 'button secondary small', onclick: () => { countFrom = lastCall; refresh(); } }, 'Count from here')),
    h('table', { class: 'admin-table' }, h('tbody', { id: 'admin-calls' }))),
  h('section', {}, h('h3', {}, 'What really happened'), h('ol', { class: 'admin-log', id: 'admin-oracle', data: { testid: 'oracle' } })),
];

async function run(promise) {
  try { await promise; } catch (e) { toast(e.message); }
  refresh();
}

async function refresh() {
  try {
    const [calls, oracle, clock] = await Promise.all([get(`/calls?${query({ since: countFrom })}`), get('/oracle?tail=60'), get('/clock')]);
    view.clockOffset = Date.parse(clock.now) - Date.now();
    drawClock();
    drawCalls(calls);
    drawOracle(oracle);
  } catch { /* the strip of the page already says that the simulator is gone */ }
}

function drawClock() {
  const el = document.getElementById('admin-clock');
  if (el) el.textContent = fullTime(now());
}

const gatewayActions = [
  ['Disconnect', 'disconnect', 'Cut the connection; the bot can resume'],
  ['Reconnect', 'reconnect', 'Ask the bot to reconnect (op 7)'],
  ['Invalidate', 'invalidate', 'Take its session away (op 9)'],
  ['Silence', 'silence', 'Stop answering heartbeats'],
];

// drawBots lists the bots of the open guild and those that could be added.
export function drawBots() {
  const el = document.getElementById('admin-bots');
  if (!el) return;
  const { guild } = view;
  fill(el, !view.apps?.length && h('p', {}, 'No application yet.'), (view.apps ?? []).map((app) => {
    const here = guild?.members.some((m) => m.user.id === app.user_id);
    return h('div', { class: 'admin-bot', data: { testid: `bot-${app.name}` } },
      h('strong', {}, app.name), h('small', {}, app.connected ? 'connected' : 'not connected'),
      h('div', { class: 'admin-row' },
        guild && (here
          ? h('button', { type: 'button', class: 'button danger small', onclick: () => run(call('DELETE', `/guilds/${guild.id}/bots/${app.id}`)) }, 'Kick')
          : h('button', { type: 'button', class: 'button primary small', onclick: () => run(call('PUT', `/guilds/${guild.id}/bots/${app.id}`, {})) }, 'Add')),
        gatewayActions.map(([label, action, title]) => h('button', {
          type: 'button', class: 'button secondary small', title, onclick: () => run(post('/gateway', { app: app.id, action })),
        }, label))));
  }));
}

function drawCalls(calls) {
  const el = document.getElementById('admin-calls');
  if (!el) return;
  lastCall = Math.max(countFrom, ...calls.map((c) => c.seq));
  const counts = new Map();
  for (const c of calls) {
    const key = `${c.method} ${c.route}`;
    const row = counts.get(key) ?? { n: 0, failed: 0 };
    row.n += 1;
    if (c.status >= 400) row.failed += 1;
    counts.set(key, row);
  }
  document.getElementById('admin-total').textContent = `${calls.length} calls`;
  fill(el, [...counts].sort((a, b) => b[1].n - a[1].n).map(([route, r]) => h('tr', {},
    h('td', { class: 'count' }, String(r.n)), h('td', {}, route),
    h('td', { class: 'bad' }, r.failed ? `${r.failed} failed` : ''))));
}

function drawOracle(lines) {
  const el = document.getElementById('admin-oracle');
  if (!el) return;
  fill(el, lines.slice(-60).reverse().map((l) => h('li', { title: JSON.stringify(l) },
    h('time', {}, clockTime(Date.parse(l.at))), ' ', h('strong', {}, l.kind), ' ', h('span', {}, summary(l)))));
}

function summary(l) {
  const who = view.personas.find((p) => p.id === l.user)?.username ?? view.apps?.find((a) => a.user_id === l.user)?.name ?? l.user ?? '';
  const body = typeof l.body === 'string' ? l.body : l.body ? JSON.stringify(l.body) : '';
  return [who, body].filter(Boolean).join(': ').slice(0, 140);
}
