// Forms that a bot opens over the page.
import { fill, h, iconButton } from './dom.js';
import { markdown } from './markdown.js';
import { field } from './fields.js';

let serial = 0;

// openModal shows the form. submit(values, files) sends it and rejects with a sentence when the bot does not answer.
export function openModal(modal, guild, app, submit) {
  const fields = [];
  const body = (modal.components ?? []).map((c) => line(c, guild, fields));
  const failure = h('p', { class: 'modal-failure', role: 'alert' });
  const send = h('button', { type: 'submit', class: 'button primary' }, 'Submit');
  const titleID = `modal-${serial++}`;
  const form = h('form', { class: 'modal-form', novalidate: '', onsubmit: (e) => { e.preventDefault(); trySend(); } },
    h('header', { class: 'modal-head' }, h('h2', { id: titleID }, modal.title ?? ''), iconButton('close', 'Close', () => close())),
    h('p', { class: 'modal-note' }, `This form will be submitted to ${app}. Do not share passwords or other sensitive information.`),
    h('div', { class: 'modal-body' }, body),
    failure,
    h('footer', { class: 'modal-foot' }, h('button', { type: 'button', class: 'button quiet', onclick: () => close() }, 'Cancel'), send));
  const dialog = h('dialog', { class: 'modal', data: { testid: 'modal', customId: modal.custom_id ?? '' }, aria: { labelledby: titleID }, onclose: () => dialog.remove() }, form);
  const close = () => dialog.close();

  async function trySend() {
    const wrong = fields.filter((f) => !f.show());
    if (wrong.length) { wrong[0].focus(); return; }
    fill(failure);
    send.disabled = true;
    send.classList.add('busy');
    try {
      await submit(Object.fromEntries(fields.map((f) => [f.c.custom_id, f.read()])), fields.flatMap((f) => (f.files?.() ?? []).map((file) => [f.c.custom_id, file])));
      close();
    } catch (e) {
      fill(failure, e.message);
    } finally {
      send.disabled = false;
      send.classList.remove('busy');
    }
  }

  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('.modal-body input, .modal-body textarea, .modal-body button')?.focus();
}

function line(c, guild, fields) {
  switch (c?.type) {
    case 1: return (c.components ?? []).map((inner) => labelled(inner.label ?? '', '', inner, guild, fields));
    case 10: return h('div', { class: 'modal-text' }, markdown(c.content, { guild }));
    case 18: return labelled(c.label ?? '', c.description ?? '', c.component, guild, fields);
    default: return h('div', { class: 'component-unknown' }, `This client does not know form component type ${c?.type ?? '?'}`);
  }
}

function labelled(label, description, inner, guild, fields) {
  const id = `field-${serial++}`;
  const f = field(inner, id, guild);
  if (!f) return h('div', { class: 'component-unknown' }, `This client does not know form component type ${inner?.type ?? '?'}`);
  const problem = h('p', { class: 'field-problem', role: 'alert', id: `${id}-problem` });
  const control = f.el.querySelector(`#${id}`);
  control?.setAttribute('aria-describedby', `${id}-about ${id}-problem`);
  if (control?.getAttribute('role') === 'combobox') control.setAttribute('aria-label', label);
  const needed = inner.required !== false && inner.type !== 23;
  const show = () => {
    const said = f.check();
    fill(problem, said);
    control?.setAttribute('aria-invalid', String(Boolean(said)));
    return !said;
  };
  const mended = () => { if (problem.textContent) show(); };
  for (const event of ['input', 'change', 'click']) f.el.addEventListener(event, mended);
  fields.push({
    ...f,
    focus: () => (control ?? f.el.querySelector('input'))?.focus(),
    show,
  });
  return h('div', { class: f.inline ? 'field inline' : 'field' },
    h('label', { class: 'field-label', for: id, id: `${id}-label` }, label,
      needed && h('span', { class: 'needed', aria: { hidden: 'true' } }, '*')),
    description && h('p', { class: 'field-about', id: `${id}-about` }, description),
    f.el, problem);
}
