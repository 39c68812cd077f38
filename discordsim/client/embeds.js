// Embeds: the framed cards of bots and links.
import { h, link, picture } from './dom.js';
import { hex } from './view.js';
import { markdown } from './markdown.js';
import { messageTime } from './time.js';

export function embed(e, where) {
  const vars = Number.isInteger(e.color) ? { '--accent': hex(e.color) } : {};
  return h('article', { class: 'embed', vars },
    h('div', { class: 'embed-main' },
      author(e.author),
      e.title && link(e.url, { class: 'embed-title' }, markdown(e.title, where)),
      e.description && h('div', { class: 'embed-text' }, markdown(e.description, where)),
      e.fields?.length > 0 && h('div', { class: 'embed-fields' }, e.fields.map((f) => field(f, where))),
      e.image && picture(e.image.proxy_url ?? e.image.url, { class: 'embed-image' }),
      footer(e)),
    e.thumbnail && picture(e.thumbnail.proxy_url ?? e.thumbnail.url, { class: 'embed-thumb' }));
}

function author(a) {
  if (!a?.name) return null;
  return h('div', { class: 'embed-author' },
    a.icon_url && picture(a.proxy_icon_url ?? a.icon_url, { class: 'embed-icon' }),
    link(a.url, {}, a.name));
}

const field = (f, where) => h('div', { class: f.inline ? 'embed-field inline' : 'embed-field' },
  h('div', { class: 'embed-field-name' }, markdown(f.name, where)),
  h('div', { class: 'embed-field-value' }, markdown(f.value, where)));

function footer(e) {
  const at = Date.parse(e.timestamp ?? '');
  const parts = [e.footer?.text, Number.isNaN(at) ? null : messageTime(at)].filter(Boolean);
  if (!parts.length) return null;
  return h('div', { class: 'embed-footer' },
    e.footer?.icon_url && picture(e.footer.proxy_icon_url ?? e.footer.icon_url, { class: 'embed-icon' }),
    parts.join(' • '));
}
