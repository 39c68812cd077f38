// Servers on the far left, then the channels of the open one, or the direct messages.
import { fill, h, icon, picture } from './dom.js';
import { avatarOf, isPrivate, isThread, kind, nameOf, memberOf, permission, may, view } from './view.js';
import { href } from './route.js';

const folded = new Set(); // categories closed by the person

export function drawRail() {
  const dmsUnread = view.dms.some((d) => view.unread.has(d.id));
  fill(document.getElementById('rail'),
    railLink({ guild: '@me' }, 'Direct messages', icon('home'), !view.guild, dmsUnread, 'home'),
    h('hr', { class: 'rail-line' }),
    view.guilds.map((g) => railLink({ guild: g.id }, g.name, guildFace(g), view.guild?.id === g.id,
      g.channels.some((c) => view.unread.has(c.id)), `guild-${g.name}`)));
}

function railLink(place, label, face, open, unread, testid) {
  return h('a', {
    class: ['rail-item', open && 'open', unread && 'unread'].filter(Boolean).join(' '), title: label,
    href: href({ as: view.me?.id, ...place }), data: { testid }, aria: { label, ...(open ? { current: 'page' } : {}) },
  }, h('span', { class: 'rail-face' }, face));
}

function guildFace(g) {
  if (g.icon) return picture(g.icon);
  return h('span', { class: 'initials' }, g.name.split(/\s+/).map((w) => w[0]).join('').slice(0, 3));
}

export function drawSidebar() {
  fill(document.getElementById('sidebar'),
    h('header', { class: 'sidebar-head' }, h('h1', {}, view.guild ? view.guild.name : 'Direct messages')),
    h('div', { class: 'channel-list' }, view.guild ? guildList(view.guild) : dmList()),
    userPanel());
}

function dmList() {
  if (!view.dms.length) return h('p', { class: 'sidebar-empty' }, 'No messages yet. When the bot writes to you in private, it is here. To write first, choose somebody in the member list of a server.');
  return view.dms.map((d) => {
    const user = d.recipients?.[0];
    return channelLink(d, { guild: '@me' }, picture(avatarOf(user), { class: 'dm-avatar' }), nameOf(user), `dm-${user?.username ?? d.id}`);
  });
}

function guildList(guild) {
  const seen = guild.channels.filter((c) => c.can_view);
  const order = (a, b) => a.position - b.position || (BigInt(a.id) < BigInt(b.id) ? -1 : 1);
  const under = (id) => seen.filter((c) => c.type !== kind.category && !isThread(c) && (c.parent_id ?? null) === id).sort(order);
  const categories = seen.filter((c) => c.type === kind.category).sort(order);
  const orphans = seen.filter((c) => c.type !== kind.category && !isThread(c) && c.parent_id && !categories.some((k) => k.id === c.parent_id));
  return [
    [...under(null), ...orphans].map((c) => withThreads(c, seen)),
    categories.map((k) => {
      const children = under(k.id);
      if (!children.length && !may(k, permission.manageChannels)) return null;
      return category(k, children, seen);
    }),
  ];
}

function category(k, children, seen) {
  const closed = folded.has(k.id);
  const toggle = () => { if (!folded.delete(k.id)) folded.add(k.id); drawSidebar(); };
  const shown = closed ? children.filter((c) => c.id === view.channel?.id || view.unread.has(c.id)) : children;
  return h('section', { class: 'category', aria: { label: k.name } },
    h('button', { type: 'button', class: closed ? 'category-head closed' : 'category-head', onclick: toggle, aria: { expanded: String(!closed) } },
      icon('chevron'), h('span', {}, k.name)),
    shown.map((c) => withThreads(c, seen)));
}

const signs = { 0: 'hash', 2: 'voice', 5: 'hash', 13: 'voice', 15: 'thread' };

function withThreads(c, seen) {
  const sign = icon(isPrivate(c) && c.type === kind.text ? 'lock' : signs[c.type] ?? 'unknown');
  const threads = seen.filter((t) => isThread(t) && t.parent_id === c.id && !t.thread_metadata?.archived);
  return [
    channelLink(c, { guild: c.guild_id }, sign, c.name, `channel-${c.name}`),
    threads.map((t) => channelLink(t, { guild: t.guild_id }, icon(t.type === kind.privateThread ? 'lock' : 'thread'), t.name, `channel-${t.name}`, 'thread')),
  ];
}

function channelLink(c, place, face, name, testid, extra = '') {
  const open = view.channel?.id === c.id;
  return h('a', {
    class: ['channel', extra, open && 'open', view.unread.has(c.id) && 'unread'].filter(Boolean).join(' '),
    href: href({ as: view.me?.id, ...place, channel: c.id }), data: { testid, channelId: c.id },
    aria: open ? { current: 'page' } : {},
  }, face, h('span', { class: 'channel-name' }, name));
}

function userPanel() {
  if (!view.me) return null;
  const member = memberOf(view.guild, view.me.id);
  return h('footer', { class: 'user-panel', data: { testid: 'user-panel' } },
    picture(avatarOf(view.me, member), { class: 'panel-avatar' }),
    h('div', {}, h('strong', {}, nameOf(view.me, member)), h('small', {}, view.me.username)));
}
