// An emoji of a button, an option or a reaction: a picture from the CDN or the character itself.
import { h, picture } from './dom.js';
import { emojiURL } from './view.js';

export function emoji(e) {
  if (!e) return null;
  if (e.id) return picture(emojiURL(e), { class: 'emoji', alt: `:${e.name ?? 'emoji'}:` });
  return h('span', { class: 'emoji-text' }, e.name ?? '');
}
