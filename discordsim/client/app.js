// The client's beginning: who is playing, what is open, what happens when something changes.
import { fill, h, icon, iconButton, toast } from './dom.js';
import { call, form, get, listen, post, query } from './api.js';
import { find, go, read } from './route.js';
import { channelByID, isPrivate, isThread, kind, view } from './view.js';
import { drawRail, drawSidebar } from './sidebar.js';
import { drawMembers } from './members.js';
import { drawLog, stayAtEnd } from './log.js';
import { acceptDrops, drawComposer, drawTyping } from './composer.js';
import { apply } from './events.js';
import { drawBots, toggleAdmin } from './admin.js';
import { forward } from './forwards.js';
import { showPins } from './pins.js';
import { canThread, startThread } from './threads.js';
import * as interactions from './interactions.js';

const byID = (id) => document.getElementById(id);
let closeStream = () => {};

// ---- what a person does

async function attempt(promise) {
  try { await promise; return true; } catch (e) { toast(e.message); return false; }
}

const path = (m, rest = '') => `/channels/${m.channel_id}/messages/${m.id}${rest}`;
const as = () => query({ as: view.me.id });

const acts = {
  busy: interactions.busy,
  failed: interactions.failed,
  say: toast,
  press: (m, c, values) => interactions.press(m, c, values, redraw),
  command: (chosen, options) => interactions.command(view.channel, chosen, options, redraw),
  open: (channel) => go({ as: view.me.id, guild: channel.guild_id ?? '@me', channel: channel.id }),
  async message(user) {
    try {
      const channel = await post('/dms', { as: view.me.id, with: user.id });
      await loadWorld();
      go({ as: view.me.id, guild: '@me', channel: channel.id });
    } catch (e) { toast(e.message); }
  },
  useOnMessage: (m, chosen) => interactions.onMessage(m, chosen, redraw),
  useOnUser: (user, chosen) => interactions.onUser(view.channel, user, chosen, redraw),
  vote: (m, answers) => attempt(call('PUT', path(m, '/votes'), { as: view.me.id, answers })),
  forward,
  thread: (m) => startThread(channelByID(m.channel_id), m, openThread),
  editLast() {
    const own = (view.messages.get(view.channel?.id) ?? []).findLast((m) => m.author?.id === view.me.id && [0, 19].includes(m.type) && !m.poll && !m.message_snapshots);
    if (own) acts.edit(own);
  },
  reply: (m) => { view.replyTo = m; redraw(); drawComposer(acts); },
  edit: (m) => { view.editing = m.id; redraw(); },
  cancelEdit: () => { view.editing = null; redraw(); },
  dismiss: (m) => { view.dismissed.add(m.id); redraw(); },
  async saveEdit(m, content) {
    view.editing = null;
    if (content !== m.content) await attempt(call('PATCH', `${path(m)}?${as()}`, { as: view.me.id, content }));
    redraw();
  },
  remove: (m) => attempt(call('DELETE', `${path(m)}?${as()}`)),
  pin: (m) => attempt(call(m.pinned ? 'DELETE' : 'PUT', `/channels/${m.channel_id}/pins/${m.id}?${as()}`)),
  react: (m, r) => attempt(call(r.me ? 'DELETE' : 'PUT', path(m, '/reactions'), { as: view.me.id, emoji: r.emoji.id ? `${r.emoji.name}:${r.emoji.id}` : r.emoji.name })),
  async send(content, files) {
    const payload = { as: view.me.id, content, reply_to: view.replyTo?.channel_id === view.channel.id ? view.replyTo.id : undefined };
    const body = files.length ? form(payload, files.map((f, i) => [`files[${i}]`, f])) : payload;
    const sent = await attempt(post(`/channels/${view.channel.id}/messages`, body));
    if (sent) { view.replyTo = null; drawComposer(acts); drawLog(acts, { toEnd: true }); }
    return sent;
  },
};

async function openThread(thread) {
  await loadWorld();
  acts.open(thread);
}

// ---- drawing

let frame = 0;

// redraw draws the messages again, once for all that changes before the next frame.
function redraw() {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => drawLog(acts));
}

function drawAll({ toEnd = false } = {}) {
  drawRail();
  drawSidebar();
  drawHead();
  drawMembers(acts);
  drawComposer(acts);
  drawLog(acts, { toEnd });
  drawBots();
  document.title = view.channel ? `${view.channel.name || 'Direct message'} | Discord simulator` : 'Discord simulator';
}

function drawHead() {
  const c = view.channel;
  const name = c?.type === kind.dm ? c.recipients?.[0]?.global_name || c.recipients?.[0]?.username : c?.name;
  const sign = c?.type === kind.dm ? 'people' : isThread(c) ? 'thread' : isPrivate(c) ? 'lock' : 'hash';
  fill(byID('pane-head'),
    iconButton('menu', 'Show channels', () => document.body.classList.toggle('show-channels'), { class: 'icon-button only-narrow' }),
    c && icon(sign, { class: 'head-sign' }), h('h1', { data: { testid: 'channel-title' } }, name ?? ''),
    c?.topic && h('p', { class: 'topic', title: c.topic }, c.topic),
    c && h('span', { class: 'head-end' }),
    canThread(c) && iconButton('thread', 'Create a thread', () => startThread(c, null, openThread)),
    c && iconButton('pin', 'Pinned messages', (e) => showPins(e.currentTarget, acts)),
    view.guild && iconButton('people', 'Show member list', () => document.body.classList.toggle('hide-members'), { class: 'icon-button' }));
}

function drawPersonas() {
  const owners = new Map(view.personas.map((p) => [p.id, p.label ?? '']));
  const select = byID('persona');
  fill(select, view.personas.map((p) => h('option', { value: p.id }, (p.global_name || p.username) + (owners.get(p.id) ? ` (${owners.get(p.id)})` : ''))));
  if (view.me) select.value = view.me.id;
}

// ---- what is open

// arrive makes the view match the address: person, guild, channel.
async function arrive() {
  const place = read();
  if (place.theme) setTheme(place.theme);
  document.body.classList.remove('show-channels');
  const person = find(view.personas, place.as, 'username', 'global_name') ?? view.me ?? view.personas[0];
  if (!person) return;
  if (person.id !== view.me?.id) await become(person);
  open(place);
}

async function become(person) {
  closeStream();
  Object.assign(view, { me: person, guild: null, channel: null, messages: new Map(), complete: new Set(), unread: new Set(), replyTo: null, editing: null, typing: new Map() });
  await loadWorld();
  drawPersonas();
  let first = true;
  closeStream = listen(person.id, {
    onopen: () => {
      document.body.classList.remove('offline');
      if (!first) catchUp();
      first = false;
    },
    onlost: () => document.body.classList.add('offline'),
    onevent: happened,
  });
}

// open chooses guild and channel: what the address names, or what was open, or the first that can be read.
function open(place) {
  const before = view.channel?.id;
  const home = place.guild === '@me';
  view.guild = home ? null : find(view.guilds, place.guild, 'name') ?? view.guilds[0] ?? null;
  const list = view.guild ? view.guild.channels.filter((c) => c.can_view && c.type !== kind.category) : view.dms;
  const wanted = find(list, place.channel, 'name');
  view.channel = wanted ?? first(list);
  if (view.channel) view.unread.delete(view.channel.id);
  go({ as: view.me.id, guild: view.guild?.id ?? '@me', channel: view.channel?.id }, { replace: true });
  const moved = view.channel?.id !== before;
  if (moved) { view.replyTo = null; view.editing = null; }
  drawAll({ toEnd: moved });
  if (view.channel && !view.messages.has(view.channel.id)) loadMessages(view.channel);
}

function first(list) {
  const ordered = list.filter((c) => !isThread(c)).sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  return ordered.find((c) => c.type === kind.text) ?? ordered[0] ?? null;
}

// ---- loading

async function loadWorld() {
  const state = await get(`/state?${as()}`);
  view.clockOffset = Date.parse(state.now) - Date.now();
  const names = JSON.stringify(state.guilds.map((g) => [g.roles, g.members, g.channels.map((c) => [c.id, c.name, c.may])]));
  if (names !== view.names) view.version += 1;
  view.names = names;
  Object.assign(view, { me: state.me, guilds: state.guilds, dms: state.dms, dmCommands: state.dm_commands, cdn: state.cdn, apps: state.apps });
}

const PAGE = 50;

async function loadMessages(channel, before) {
  try {
    const page = await get(`/channels/${channel.id}/messages?${query({ as: view.me.id, limit: PAGE, before })}`);
    view.messages.set(channel.id, [...page, ...(before ? view.messages.get(channel.id) ?? [] : [])]);
    if (page.length < PAGE) view.complete.add(channel.id);
  } catch (e) {
    toast(e.message);
  }
  if (view.channel?.id === channel.id) drawLog(acts, { toEnd: !before });
}

async function catchUp() {
  await loadWorld();
  view.messages.clear();
  open(read());
}

let worldTimer = null;
let loading = false;

function happened(event) {
  switch (apply(event)) {
    case 'messages': redraw(); drawTyping(); break;
    case 'rail': drawRail(); drawSidebar(); break;
    case 'typing': drawTyping(); break;
    case 'reload': if (view.channel) loadMessages(view.channel); break;
    case 'world':
      clearTimeout(worldTimer);
      worldTimer = setTimeout(worldChanged, 40);
      break;
    default:
  }
}

// worldChanged fetches who and what there is again, once for a burst of changes, and stays where the person was.
async function worldChanged() {
  const known = new Set(view.personas.map((p) => p.id));
  await attempt(loadWorld());
  const people = await get('/personas').catch(() => null);
  if (people && people.users.some((p) => !known.has(p.id))) { view.personas = people.users; drawPersonas(); }
  open(read());
}

function loadOlder() {
  const { channel } = view;
  const list = channel && view.messages.get(channel.id);
  if (loading || !list?.length || view.complete.has(channel.id) || byID('scroller').scrollTop > 200) return;
  loading = true;
  loadMessages(channel, list[0].id).finally(() => { loading = false; });
}

// ---- looks

function setTheme(theme) {
  const light = theme === 'light';
  document.documentElement.dataset.theme = light ? 'light' : 'dark';
  localStorage.setItem('theme', light ? 'light' : 'dark');
  fill(byID('theme'), icon(light ? 'moon' : 'sun'));
}

// ---- start

async function start() {
  setTheme(localStorage.getItem('theme') ?? 'dark');
  byID('theme').addEventListener('click', () => setTheme(document.documentElement.dataset.theme === 'light' ? 'dark' : 'light'));
  byID('admin-toggle').addEventListener('click', toggleAdmin);
  byID('persona').addEventListener('change', (e) => go({ as: e.target.value, guild: view.guild?.id ?? '@me', channel: view.guild ? view.channel?.id : '' }));
  byID('scroller').addEventListener('scroll', loadOlder, { passive: true });
  addEventListener('hashchange', arrive);
  addEventListener('typing-over', drawTyping);
  stayAtEnd(byID('scroller'), byID('log'));
  acceptDrops(byID('pane'));
  view.personas = (await get('/personas')).users;
  await arrive();
  document.body.classList.add('ready');
}

start().catch((e) => toast(e.message));
