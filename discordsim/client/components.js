// Message components, old rows and Components V2, as a table of type → drawing. What is not in the table is drawn as a
// grey box: a component from the future must not take the message with it.
// ctx = {message, where, busy: Set of custom ids, press(component, values)}
import { h, icon, link, picture } from './dom.js';
import { hex } from './view.js';
import { emoji } from './emoji.js';
import { markdown } from './markdown.js';
import { fileCard, mediaTile } from './attachments.js';
import { choicesFor, selectBox } from './selects.js';

const drawings = {
  1: row, 2: button, 3: select, 5: select, 6: select, 7: select, 8: select,
  9: section, 10: textDisplay, 11: thumbnail, 12: gallery, 13: file, 14: separator, 17: container,
};

export function component(c, ctx) {
  const draw = drawings[c?.type];
  return draw ? draw(c, ctx) : unknown(c);
}

export const components = (list, ctx) => (list ?? []).map((c) => component(c, ctx));

const unknown = (c) => h('div', { class: 'component-unknown', data: { testid: 'unknown-component' } },
  icon('unknown'), `This client does not know component type ${c?.type ?? '?'}`);

function row(c, ctx) {
  return h('div', { class: 'component-row' }, components(c.components, ctx));
}

const buttonStyles = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger', 5: 'secondary', 6: 'secondary' };

function button(c, ctx) {
  const face = [emoji(c.emoji), c.label && h('span', {}, c.label)];
  const style = `button ${buttonStyles[c.style] ?? 'secondary'}`;
  if (c.style === 5) {
    return link(c.url, { class: c.disabled ? `${style} off` : style, data: { testid: 'link-button' } }, face, icon('external'));
  }
  const busy = ctx.busy?.has(c.custom_id);
  return h('button', {
    type: 'button', class: busy ? `${style} busy` : style, disabled: Boolean(c.disabled) || busy, data: { customId: c.custom_id ?? '' },
    onclick: () => ctx.press(c),
  }, busy ? h('span', { class: 'dots', aria: { label: 'Waiting' } }, h('i'), h('i'), h('i')) : face);
}

function select(c, ctx) {
  const busy = ctx.busy?.has(c.custom_id);
  return selectBox(c, choicesFor(c, ctx.where.guild), {
    disabled: Boolean(c.disabled) || busy, busy, done: (values) => ctx.press(c, values),
  });
}

function section(c, ctx) {
  return h('div', { class: 'section' },
    h('div', { class: 'section-text' }, components(c.components, ctx)),
    c.accessory && h('div', { class: 'section-accessory' }, component(c.accessory, ctx)));
}

function textDisplay(c, ctx) {
  return h('div', { class: 'text-display' }, markdown(c.content, ctx.where));
}

// media turns attachment://name into the address the CDN gave that file.
function media(item, ctx) {
  const url = item?.url ?? '';
  const name = url.startsWith('attachment://') ? url.slice(13) : '';
  const sent = ctx.message?.attachments?.find((a) => (name ? a.filename === name : a.url === url));
  return { filename: fileName(url), ...item, ...(sent ?? {}) };
}

const fileName = (url) => decodeURIComponentSafe(url.split('?')[0].split('/').pop() ?? '');

function decodeURIComponentSafe(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}

function thumbnail(c, ctx) {
  const item = media(c.media, ctx);
  return h('div', { class: 'thumbnail' }, picture(item.url, { alt: c.description ?? '' }));
}

function gallery(c, ctx) {
  const items = c.items ?? [];
  return h('div', { class: `mosaic mosaic-${Math.min(items.length, 4)}` },
    items.map((i) => mediaTile(media(i.media, ctx), '', { spoiler: i.spoiler, description: i.description })));
}

function file(c, ctx) {
  const sent = media(c.file, ctx);
  return fileCard({ ...sent, title: c.name ?? sent.title, size: c.size ?? sent.size });
}

function separator(c) {
  const space = c.spacing === 2 ? 'separator wide' : 'separator';
  return h('div', { class: c.divider === false ? `${space} bare` : space, role: 'separator' });
}

function container(c, ctx) {
  const accent = Number.isInteger(c.accent_color);
  const box = h('div', { class: accent ? 'container accent' : 'container', vars: accent ? { '--accent': hex(c.accent_color) } : {} },
    components(c.components, ctx));
  if (!c.spoiler) return box;
  const cover = h('button', { type: 'button', class: 'media-cover', onclick: () => cover.remove() }, 'SPOILER');
  box.append(cover);
  return box;
}

// usedFiles names the files that a component of the message already shows.
export function usedFiles(message) {
  const used = new Set();
  const walk = (c) => {
    for (const m of [c?.media, c?.file, ...(c?.items ?? []).map((i) => i.media)]) {
      if (m?.url) used.add(media(m, { message }).id);
    }
    [...(c?.components ?? []), c?.accessory].filter(Boolean).forEach(walk);
  };
  (message.components ?? []).forEach(walk);
  return used;
}
