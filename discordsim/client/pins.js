// The list of pinned messages of the open channel.
import { fill, h, picture } from './dom.js';
import { avatarOf, guildOf, memberOf, nameOf, sentAt, view } from './view.js';
import { markdown } from './markdown.js';
import { messageTime } from './time.js';
import { get, query } from './api.js';
import { below, openPanel } from './popup.js';

export async function showPins(anchor, acts) {
  const { channel } = view;
  const guild = guildOf(channel);
  const list = h('div', { class: 'pins-list' }, h('p', { class: 'sidebar-empty' }, 'Loading…'));
  openPanel(below(anchor), h('section', { class: 'pins', role: 'dialog', aria: { label: 'Pinned messages' }, data: { testid: 'pins' }, tabIndex: -1 }, h('h2', {}, 'Pinned messages'), list));
  try {
    const pinned = await get(`/channels/${channel.id}/pins?${query({ as: view.me.id })}`);
    fill(list, pinned.length ? pinned.map((m) => one(m, guild, acts)) : h('p', { class: 'sidebar-empty' }, 'This channel has no pinned messages yet.'));
  } catch (e) {
    fill(list, h('p', { class: 'sidebar-empty' }, e.message));
  }
}

const one = (m, guild, acts) => h('article', { class: 'pin' },
  picture(avatarOf(m.author, memberOf(guild, m.author.id)), { class: 'tiny-avatar' }),
  h('div', {}, h('strong', {}, nameOf(m.author, memberOf(guild, m.author.id))), ' ', h('time', {}, messageTime(sentAt(m.id))),
    h('div', { class: 'content' }, m.content ? markdown(m.content, { guild, users: m.mentions, open: acts.open }) : h('em', {}, 'An attachment, an embed or components'))));
