// Reactions under a message, and the small table of emoji to choose one from.
import { h, picture } from './dom.js';
import { emojiURL, guildOf, channelByID } from './view.js';
import { emoji } from './emoji.js';
import { below, openPanel } from './popup.js';

const usual = [...'👍👎😄🎉😕❤🚀👀✅❌🙏🔥💯😂😢😡🤔👋🙌⭐⏳🔒🔓📎🐛💡📌❓❗🟢🟡🔴'];

export function reactions(m, acts) {
  if (!m.reactions?.length) return null;
  return h('div', { class: 'reactions' }, m.reactions.map((r) => h('button', {
    type: 'button', class: r.me ? 'reaction mine' : 'reaction', aria: { pressed: String(Boolean(r.me)), label: `${r.emoji.name}, ${r.count}` },
    onclick: () => acts.react(m, r),
  }, emoji(r.emoji), h('span', {}, String(r.count)))));
}

// chooseReaction opens the table at a button of the message.
export function chooseReaction(m, anchor, acts) {
  const own = guildOf(channelByID(m.channel_id))?.emojis ?? [];
  const choose = (e) => { close(); acts.react(m, { emoji: e, me: false }); };
  const cells = [
    ...usual.map((name) => h('button', { type: 'button', class: 'picker-cell', aria: { label: name }, data: { emoji: name }, onclick: () => choose({ name }) }, name)),
    ...own.map((e) => h('button', { type: 'button', class: 'picker-cell', title: `:${e.name}:`, aria: { label: e.name }, onclick: () => choose(e) }, picture(emojiURL(e), { class: 'emoji' }))),
  ];
  const close = openPanel(below(anchor), h('div', { class: 'picker', role: 'dialog', aria: { label: 'Choose a reaction' }, data: { testid: 'picker' } }, cells));
  cells[0].focus();
}
