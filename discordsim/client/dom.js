// Building the page. Nothing in this client ever parses HTML: text becomes text nodes and attributes are set one by one,
// so a hostile message stays a message.

const SVG = 'http://www.w3.org/2000/svg';

// h('button', {class: 'x', onclick: f, aria: {label: 'Close'}, data: {testid: 'y'}}, 'text', child, [children])
// Children that are null, undefined or false are left out.
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(el, name, value);
  el.append(...flat(children));
  return el;
}

function set(el, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith('on')) el.addEventListener(name.slice(2), value);
  else if (name === 'class') el.className = value;
  else if (name === 'data') Object.assign(el.dataset, value);
  else if (name === 'aria') for (const [k, v] of Object.entries(value)) el.setAttribute(`aria-${k}`, v);
  else if (name === 'value') el.value = value;
  else if (name === 'vars') for (const [k, v] of Object.entries(value)) el.style.setProperty(k, v);
  else if (name in el && typeof value !== 'string') el[name] = value;
  else el.setAttribute(name, value);
}

const flat = (children) => children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false);

// fill replaces everything inside el.
export function fill(el, ...children) {
  el.replaceChildren(...flat(children));
  return el;
}

// arrange makes nodes the children of el, in this order, and moves none that is in its place: focus, open menus and the
// scroll position stay.
export function arrange(el, nodes) {
  const wanted = new Set(nodes);
  for (const old of [...el.childNodes]) if (!wanted.has(old)) old.remove();
  nodes.forEach((node, i) => { if (el.childNodes[i] !== node) el.insertBefore(node, el.childNodes[i] ?? null); });
}

// Links out of the page: http and https only, whatever the text claims.
export function safeURL(text) {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

export function link(url, props, ...children) {
  const href = safeURL(url);
  if (!href) return h('span', props, ...children);
  return h('a', { ...props, href, target: '_blank', rel: 'noopener noreferrer nofollow' }, ...children);
}

// picture shows a grey tile instead of the browser's broken image.
export function picture(url, props = {}) {
  const img = h('img', { alt: '', loading: 'lazy', draggable: false, ...props });
  img.addEventListener('error', () => img.classList.add('broken'), { once: true });
  const src = safeURL(url);
  if (src) img.src = src;
  else img.classList.add('broken');
  return img;
}

const shapes = {
  hash: 'M5.9 3.2 5.3 7H2v2h3l-.6 4H1v2h3.1l-.6 3.8h2L6.1 15h4l-.6 3.8h2l.6-3.8H15v-2h-2.6l.6-4H17V7h-3.7l.6-3.8h-2L11.3 7h-4l.6-3.8zM7 9h4l-.6 4h-4z',
  lock: 'M9 1a4 4 0 0 0-4 4v2H4a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V8a1 1 0 0 0-1-1h-1V5a4 4 0 0 0-4-4zm2 6H7V5a2 2 0 1 1 4 0z',
  thread: 'M3 2h12a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-3v2H9.5l-3 3v-3H3a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1zm2 3v1.5h8V5zm0 3v1.5h5V8z',
  voice: 'M8 3 4.5 6.5H2v5h2.5L8 15zm2.5 2.5v7a4 4 0 0 0 0-7z',
  chevron: 'M4.5 6.5 9 11l4.5-4.5 1.2 1.2L9 13.4 3.3 7.7z',
  close: 'M4.3 3 9 7.7 13.7 3 15 4.3 10.3 9l4.7 4.7-1.3 1.3L9 10.3 4.3 15 3 13.7 7.7 9 3 4.3z',
  people: 'M6.5 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm5.5 0a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zm-5.5 1C3.8 10 1 11.3 1 13.5V15h11v-1.5C12 11.3 9.2 10 6.5 10zm6 .2c.9.8 1.5 1.8 1.5 3.3V15h3v-1.3c0-2-2.4-3.3-4.5-3.5z',
  pencil: 'M12.8 2.2a1.5 1.5 0 0 1 2.1 0l.9.9a1.5 1.5 0 0 1 0 2.1L6.5 14.5 2 16l1.5-4.5zM5 12.1l-.6 1.5 1.5-.6L14 4.9 13.1 4z',
  trash: 'M7 1h4l1 1.5h3.5V4h-13V2.5H6zm-3.5 4h11l-.8 11a1 1 0 0 1-1 1H5.3a1 1 0 0 1-1-1zM7 7v8h1.2V7zm2.8 0v8H11V7z',
  reply: 'M7 3v3.5c5 0 8.5 2.5 9.5 8.5-2-3-4.8-4.3-9.5-4.3v3.8L1.5 8.7z',
  pin: 'M11 1.5 16.5 7l-1.4 1.4-.7-.7-3 3 .3 2.9-1.4 1.4-3.2-3.2L2.5 16.4 1.6 15.5l4.6-4.6L3 7.7l1.4-1.4 2.9.3 3-3-.7-.7z',
  plus: 'M8 2h2v6h6v2h-6v6H8v-6H2V8h6z',
  home: 'M9 2 1.5 8.5 3 9.7V16h4.5v-4.5h3V16H15V9.7l1.5-1.2z',
  file: 'M4 1h7l4 4v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V2a1 1 0 0 1 1-1zm6 1.5V6h3.5zM5.5 9v1.3h7V9zm0 3v1.3h7V12z',
  eye: 'M9 4C4.5 4 1.5 9 1.5 9s3 5 7.5 5 7.5-5 7.5-5-3-5-7.5-5zm0 8a3 3 0 1 1 0-6 3 3 0 0 1 0 6z',
  moon: 'M7 2a7 7 0 1 0 9 9.5A7.5 7.5 0 0 1 7 2z',
  sun: 'M9 5.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM8.3 1h1.4v2.5H8.3zm0 13.5h1.4V17H8.3zM1 8.3h2.5v1.4H1zm13.5 0H17v1.4h-2.5zM3.8 2.8 5.5 4.6l-1 1L2.8 3.8zm9.7 9.7 1.7 1.7-1 1-1.7-1.7zM2.8 14.2l1.7-1.7 1 1-1.7 1.7zm9.7-9.7 1.7-1.7 1 1-1.7 1.7z',
  menu: 'M2 4h14v1.8H2zm0 4.1h14v1.8H2zm0 4.1h14V14H2z',
  external: 'M10 2h6v6h-1.8V5.1l-6.3 6.3-1.3-1.3 6.3-6.3H10zM3 4h5v1.8H4.8v7.4h7.4V10H14v5H3z',
  check: 'M3 9.5 4.4 8l3 3L13.7 4.5 15 5.9l-7.6 7.8z',
  smile: 'M9 1.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zm0 1.6a5.9 5.9 0 1 1 0 11.8A5.9 5.9 0 0 1 9 3.1zM6.5 6.2a1.1 1.1 0 1 0 0 2.2 1.1 1.1 0 0 0 0-2.2zm5 0a1.1 1.1 0 1 0 0 2.2 1.1 1.1 0 0 0 0-2.2zM5.3 10.3a3.8 3.8 0 0 0 7.4 0h-1.6a2.3 2.3 0 0 1-4.2 0z',
  more: 'M4 7.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zm5 0a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zm5 0a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z',
  forward: 'M11 3v3.5c-5 0-8.5 2.5-9.5 8.5 2-3 4.8-4.3 9.5-4.3v3.8l5.5-5.8z',
  app: 'M3 2h5v5H3zm7 0h5v5h-5zM3 9h5v5H3zm7 0h5v5h-5z',
  poll: 'M3 2h2.5v14H3zm5 5h2.5v9H8zm5-3h2.5v12H13z',
  unknown: 'M9 1.5A7.5 7.5 0 1 0 9 16.5 7.5 7.5 0 0 0 9 1.5zM8.1 12h1.7v1.7H8.1zm0-1.2c0-2.3 2.3-2.3 2.3-3.8a1.4 1.4 0 0 0-2.8.1H6a3 3 0 0 1 6 0c0 2.2-2.3 2.3-2.3 3.7z',
};

export function icon(name, props = {}) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 18 18');
  svg.setAttribute('class', `icon ${props.class ?? ''}`);
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', shapes[name] ?? shapes.unknown);
  path.setAttribute('fill', 'currentColor');
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}

// oneLine keeps Enter out of a text box that sends on Enter; Shift and Enter is a new line. Programs that drive browsers
// deliver the character even when the key was taken.
export function oneLine(e) {
  if (e.key === 'Enter' && !e.shiftKey) e.preventDefault();
}

export function iconButton(name, label, onclick, props = {}) {
  return h('button', { type: 'button', class: 'icon-button', title: label, aria: { label }, onclick, ...props }, icon(name));
}

// toast says one sentence at the bottom of the page, for ten seconds or until it is clicked.
export function toast(sentence) {
  const el = h('button', { type: 'button', class: 'toast', data: { testid: 'toast' }, onclick: () => el.remove() }, sentence);
  document.getElementById('toasts').append(el);
  setTimeout(() => el.remove(), 10_000);
}
