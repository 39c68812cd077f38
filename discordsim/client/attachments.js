// Files of a message: pictures and films in place, everything else as a card.
import { h, icon, link, picture, safeURL } from './dom.js';

export function attachments(files) {
  const media = files.filter((f) => isImage(f) || isVideo(f));
  const rest = files.filter((f) => !media.includes(f));
  return [
    media.length > 0 && h('div', { class: `mosaic mosaic-${Math.min(media.length, 4)}` }, media.map((f) => mediaTile(f, f.filename))),
    rest.map(fileCard),
  ];
}

const isImage = (f) => /^image\/(png|jpeg|gif|webp|avif|svg)/.test(f.content_type ?? '');
const isVideo = (f) => /^video\/(mp4|webm)/.test(f.content_type ?? '');

const hidden = (f, spoiler) => spoiler || f.filename?.startsWith('SPOILER_');

export function mediaTile(file, label, { spoiler = false, description = '' } = {}) {
  const alt = description || file.description || label || '';
  const inner = isVideo(file)
    ? h('video', { controls: true, preload: 'metadata', src: safeURL(file.url) ?? '' })
    : link(file.url, { class: 'media-link', title: alt, aria: { label: alt || 'Open picture' } }, picture(file.url, { alt, width: file.width, height: file.height }));
  if (!hidden(file, spoiler)) return h('div', { class: 'media' }, inner);
  const cover = h('button', { type: 'button', class: 'media-cover', onclick: () => cover.remove() }, 'SPOILER');
  return h('div', { class: 'media' }, inner, cover);
}

export function fileCard(file) {
  return h('div', { class: 'file-card', data: { testid: 'file-card' } },
    icon('file', { class: 'file-icon' }),
    h('div', { class: 'file-text' },
      link(file.url, { class: 'file-name', download: file.filename }, file.title || file.filename || 'file'),
      h('span', { class: 'file-size' }, size(file.size))));
}

export function size(bytes) {
  if (!Number.isFinite(bytes)) return '';
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(2)} KB`;
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}
