// Things that open over the page: a menu at the pointer, and a small dialog.
import { fill, h, icon, iconButton } from './dom.js';

let closeOpen = () => {};

// openMenu shows items = [{label, sign, danger, run, testid}] at a place on the screen; null is a line between them.
export function openMenu({ x, y }, items) {
  closeOpen();
  const before = document.activeElement;
  const buttons = [];
  const el = h('div', { class: 'popup', role: 'menu', data: { testid: 'popup' } }, items.map((item) => {
    if (!item) return h('hr', { class: 'popup-line' });
    const b = h('button', {
      type: 'button', role: 'menuitem', class: item.danger ? 'popup-item danger' : 'popup-item', data: { testid: item.testid ?? '' },
      onclick: () => { close(); item.run(); },
    }, h('span', {}, item.label), item.sign && icon(item.sign));
    buttons.push(b);
    return b;
  }));
  const outside = (e) => { if (!el.contains(e.target)) close(); };
  const close = () => { el.remove(); document.removeEventListener('pointerdown', outside); closeOpen = () => {}; before?.focus?.({ preventScroll: true }); };
  el.addEventListener('keydown', (e) => {
    if (e.key === 'Escape' || e.key === 'Tab') { e.preventDefault(); e.stopPropagation(); close(); return; }
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length]?.focus();
  });
  closeOpen = close;
  document.body.append(el);
  place(el, x, y);
  document.addEventListener('pointerdown', outside);
  buttons[0]?.focus();
}

// place keeps el on the screen.
function place(el, x, y) {
  el.style.setProperty('left', `${Math.max(4, Math.min(x, innerWidth - el.offsetWidth - 8))}px`);
  el.style.setProperty('top', `${Math.max(4, Math.min(y, innerHeight - el.offsetHeight - 8))}px`);
}

// below is where a menu of a button goes.
export const below = (el) => { const r = el.getBoundingClientRect(); return { x: r.left, y: r.bottom + 4 }; };

// openPanel puts el at a place, until something else is clicked; it returns what closes it.
export function openPanel({ x, y }, el) {
  closeOpen();
  const outside = (e) => { if (!el.contains(e.target)) close(); };
  const close = () => { el.remove(); document.removeEventListener('pointerdown', outside); closeOpen = () => {}; };
  closeOpen = close;
  el.addEventListener('keydown', (e) => { if (e.key === 'Escape') { e.stopPropagation(); close(); } });
  document.body.append(el);
  place(el, x, y);
  document.addEventListener('pointerdown', outside);
  return close;
}

// openDialog asks for something. done(close) runs on the main button; a sentence it throws is shown.
export function openDialog({ title, body, label, testid, done }) {
  const failure = h('p', { class: 'modal-failure', role: 'alert' });
  const send = label && h('button', { type: 'submit', class: 'button primary' }, label);
  const submit = async (e) => {
    e.preventDefault();
    if (!done) return;
    fill(failure);
    send.disabled = true;
    try { await done(); dialog.close(); } catch (err) { fill(failure, err.message); } finally { send.disabled = false; }
  };
  const dialog = h('dialog', { class: 'modal', data: { testid }, aria: { label: title }, onclose: () => dialog.remove() },
    h('form', { class: 'modal-form', novalidate: '', onsubmit: submit },
      h('header', { class: 'modal-head' }, h('h2', {}, title), iconButton('close', 'Close', () => dialog.close())),
      h('div', { class: 'modal-body' }, body), failure,
      send && h('footer', { class: 'modal-foot' }, h('button', { type: 'button', class: 'button quiet', onclick: () => dialog.close() }, 'Cancel'), send)));
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('.modal-body input, .modal-body button')?.focus();
  return () => dialog.close();
}
