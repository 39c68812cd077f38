// The list of messages of the open channel. It is redrawn as a whole, but a message that did not change keeps its element,
// so that open menus and revealed spoilers stay.
import { arrange, h } from './dom.js';
import { flags, has, kind, nameOf, sentAt, view } from './view.js';
import { dayLine, sameDay } from './time.js';
import { drawMessage } from './message.js';

const GROUP = 7 * 60_000; // Discord's own: after seven minutes the name is shown again

let atEnd = true; // whether the newest message is in sight; pictures that load later must not push it away
let drawn = new Map(); // message id → {key, el}

// drawLog redraws; it stays at the end if it was at the end, or goes there with toEnd.
export function drawLog(acts, { toEnd = false } = {}) {
  const log = document.getElementById('log');
  const scroller = document.getElementById('scroller');
  if (toEnd) atEnd = true;
  const fromEnd = scroller.scrollHeight - scroller.scrollTop;
  const channel = view.channel;
  const list = channel ? (view.messages.get(channel.id) ?? []).filter((m) => !view.dismissed.has(m.id)) : [];
  const start = !channel ? [nothingOpen()] : view.complete.has(channel.id) ? [beginning(channel)] : [];
  arrange(log, [...start, ...rows(list, acts)]);
  scroller.scrollTop = atEnd ? scroller.scrollHeight : scroller.scrollHeight - fromEnd;
}

// stayAtEnd keeps the end in sight while the list grows, until the person scrolls up. Growing alone never counts as that:
// a scroll event may come after pictures have loaded.
export function stayAtEnd(scroller, log) {
  let last = 0;
  scroller.addEventListener('scroll', () => {
    const gap = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    if (gap < 80) atEnd = true;
    else if (scroller.scrollTop < last) atEnd = false;
    last = scroller.scrollTop;
  }, { passive: true });
  const observer = new ResizeObserver(() => { if (atEnd) scroller.scrollTop = scroller.scrollHeight; });
  observer.observe(log);
  observer.observe(scroller);
}

function rows(list, acts) {
  const next = new Map();
  const out = [];
  list.forEach((m, i) => {
    const before = list[i - 1];
    const newDay = before && !sameDay(sentAt(before.id), sentAt(m.id));
    if (newDay) out.push(h('div', { class: 'day-line', role: 'separator' }, h('span', {}, dayLine(sentAt(m.id)))));
    const entry = element(m, !newDay && joins(before, m), acts);
    next.set(m.id, entry);
    out.push(entry.el);
  });
  drawn = next;
  return out;
}

function element(m, grouped, acts) {
  const key = JSON.stringify([m, grouped, view.editing === m.id, view.replyTo?.id === m.id, [...acts.busy(m)], acts.failed(m), view.version, view.me?.id]);
  const old = drawn.get(m.id);
  return old?.key === key ? old : { key, el: drawMessage(m, grouped, acts) };
}

function joins(before, m) {
  return Boolean(before) && before.author?.id === m.author?.id && m.type === 0 && [0, 19, 20].includes(before.type)
    && before.author?.username === m.author?.username && has(before, flags.ephemeral) === has(m, flags.ephemeral)
    && !m.interaction_metadata && sentAt(m.id) - sentAt(before.id) < GROUP;
}

function beginning(channel) {
  if (channel.type === kind.dm) {
    const name = nameOf(channel.recipients?.[0]);
    return h('header', { class: 'beginning' }, h('h2', {}, name), h('p', {}, `This is the beginning of your direct messages with ${name}.`));
  }
  return h('header', { class: 'beginning' },
    h('h2', {}, `Welcome to #${channel.name}!`),
    h('p', {}, `This is the start of the #${channel.name} ${[10, 11, 12].includes(channel.type) ? 'thread' : 'channel'}.`));
}

const nothingOpen = () => h('header', { class: 'beginning' }, h('h2', {}, 'Nothing is open'), h('p', {}, 'Choose a channel on the left.'));
