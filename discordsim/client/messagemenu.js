// What can be done with a message: the buttons that appear over it, and the menu behind them or under the right button.
import { h, iconButton } from './dom.js';
import { canSend, kind, may, permission, view } from './view.js';
import { chooseReaction } from './reactions.js';
import { below, openMenu } from './popup.js';
import { canThread } from './threads.js';

const plain = (m) => [0, 19, 20, 23].includes(m.type);

function rights(m, channel) {
  const own = m.author?.id === view.me?.id;
  const inGuild = Boolean(channel) && channel.type !== kind.dm;
  return {
    reply: canSend(channel) && plain(m),
    edit: own && [0, 19].includes(m.type) && !m.poll && !m.message_snapshots,
    react: plain(m) && (!inGuild || may(channel, permission.addReactions)),
    pin: inGuild && plain(m) && may(channel, permission.pinMessages),
    thread: inGuild && plain(m) && canThread(channel) && !m.thread,
    forward: plain(m) && !m.poll,
    remove: own || may(channel, permission.manageMessages),
  };
}

export function toolbar(m, channel, acts) {
  const may = rights(m, channel);
  const react = may.react && iconButton('smile', 'Add reaction', () => chooseReaction(m, react, acts));
  const more = iconButton('more', 'More', () => openMenu(below(more), items(m, channel, acts)), { aria: { label: 'More', haspopup: 'menu' } });
  const buttons = [
    react,
    may.reply && iconButton('reply', 'Reply', () => acts.reply(m)),
    may.edit && iconButton('pencil', 'Edit', () => acts.edit(m)),
    may.pin && iconButton('pin', m.pinned ? 'Unpin' : 'Pin', () => acts.pin(m)),
    may.remove && iconButton('trash', 'Delete', () => acts.remove(m), { class: 'icon-button danger' }),
    more,
  ].filter(Boolean);
  return h('div', { class: 'toolbar', role: 'toolbar', aria: { label: 'Message actions' } }, buttons);
}

// items are all of them, the bots' own commands for messages included.
export function items(m, channel, acts) {
  const can = rights(m, channel);
  const commands = (view.guild?.commands ?? []).filter((c) => c.type === 3);
  const copy = (text) => navigator.clipboard?.writeText(text);
  return [
    can.reply && { label: 'Reply', sign: 'reply', run: () => acts.reply(m) },
    can.edit && { label: 'Edit message', sign: 'pencil', run: () => acts.edit(m) },
    can.forward && { label: 'Forward', sign: 'forward', run: () => acts.forward(m), testid: 'forward-message' },
    can.thread && { label: 'Create thread', sign: 'thread', run: () => acts.thread(m), testid: 'create-thread' },
    can.pin && { label: m.pinned ? 'Unpin message' : 'Pin message', sign: 'pin', run: () => acts.pin(m) },
    ...(commands.length ? [null, ...commands.map((c) => ({ label: c.name, sign: 'app', run: () => acts.useOnMessage(m, c), testid: `app-${c.name}` })), null] : []),
    { label: 'Copy text', sign: 'file', run: () => copy(m.content) },
    { label: 'Copy message ID', sign: 'hash', run: () => copy(m.id) },
    can.remove && { label: 'Delete message', sign: 'trash', danger: true, run: () => acts.remove(m) },
  ].filter((x) => x !== false);
}

// personItems are what can be done with somebody in the member list.
export function personItems(user, acts) {
  const commands = (view.guild?.commands ?? []).filter((c) => c.type === 2);
  return [
    user.id !== view.me?.id && { label: 'Message', sign: 'reply', run: () => acts.message(user) },
    ...commands.map((c) => ({ label: c.name, sign: 'app', run: () => acts.useOnUser(user, c), testid: `app-${c.name}` })),
    { label: 'Copy user ID', sign: 'hash', run: () => navigator.clipboard?.writeText(user.id) },
  ].filter(Boolean);
}

// menuAt opens the menu of a message where the right button was pressed.
export function menuAt(e, m, channel, acts) {
  if (e.target.closest('a, input, textarea') || String(getSelection())) return; // the browser's own menu is wanted there
  e.preventDefault();
  openMenu({ x: e.clientX, y: e.clientY }, items(m, channel, acts));
}

export const peopleMenu = (e, user, acts) => { e.preventDefault(); openMenu({ x: e.clientX, y: e.clientY }, personItems(user, acts)); };
