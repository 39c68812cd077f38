// The drawer for what no Discord client can do: move the clock, look at what really happened. What can be done to bots and
// servers is in trouble.js.
import { fill, h, iconButton, toast } from './dom.js';
import { get, post, query } from './api.js';
import { drawLastAction, lastDeed } from './lastaction.js';
import { botCards, faultList, serverCard } from './trouble.js';
import { worldCards } from './world.js';
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
  h('div', { id: 'admin-trouble' }),
  h('section', {}, h('h3', {}, 'REST'), h('div', { id: 'admin-faults' })),
  h('section', {}, h('h3', {}, 'Last action'), h('div', { id: 'admin-last' })),
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
    const [calls, oracle, clock, faults] = await Promise.all([
      get(`/calls?${query({ since: countFrom })}`), get('/oracle?tail=60'), get('/clock'), get('/faults')]);
    view.clockOffset = Date.parse(clock.now) - Date.now();
    drawClock();
    drawCalls(calls);
    drawOracle(oracle);
    const deed = lastDeed(oracle);
    drawLastAction(document.getElementById('admin-last'), deed, deed ? await get(`/calls?${query({ since: deed.seq })}`) : []);
    drawFaults(faults);
  } catch { /* the strip of the page already says that the simulator is gone */ }
}

function drawClock() {
  const el = document.getElementById('admin-clock');
  if (el) el.textContent = fullTime(now());
}

// drawBots shows the open server and the bots that are or could be in it.
export function drawBots() {
  const el = document.getElementById('admin-trouble');
  if (!el) return;
  const { guild } = view;
  const open = new Set([...el.querySelectorAll('details[open]')].map((d) => d.dataset.testid));
  fill(el, guild && h('section', {}, h('h3', {}, 'Server'), serverCard(guild, run)),
    h('section', {}, h('h3', {}, 'Bots'), botCards(guild, view.apps ?? [], run)),
    guild && h('section', {}, h('h3', {}, 'Roles and overwrites'), worldCards(guild, view.channel, run, () => drawBots())));
  for (const d of el.querySelectorAll('details')) d.open = open.has(d.dataset.testid);
}

let drawnFaults = '';

// drawFaults leaves buttons alone that are still right, so that nobody's click hits one that was just replaced.
function drawFaults(faults) {
  const el = document.getElementById('admin-faults');
  const key = JSON.stringify(faults);
  if (!el || el.hasChildNodes() && key === drawnFaults) return;
  drawnFaults = key;
  fill(el, faultList(faults, run));
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
    if (c.status >= 400 || c.status === 0) row.failed += 1;
    counts.set(key, row);
  }
  document.getElementById('admin-total').textContent = calls.length === 1 ? '1 call' : `${calls.length} calls`;
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
