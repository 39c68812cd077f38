// The fields of a form. Each drawing gives {el, read(), check()}: read is the list of values that Discord would send,
// check a sentence about what is wrong, or nothing.
import { h } from './dom.js';
import { choicesFor, selectBox } from './selects.js';
import { size } from './attachments.js';

const drawings = { 3: select, 4: text, 5: select, 6: select, 7: select, 8: select, 19: upload, 21: radio, 22: checkboxes, 23: checkbox };

export function field(c, id, guild) {
  const draw = drawings[c?.type];
  return draw ? { c, ...draw(c, id, guild) } : null;
}

function text(c, id) {
  const long = c.style === 2;
  const count = h('span', { class: 'field-count', aria: { hidden: 'true' } });
  const input = h(long ? 'textarea' : 'input', {
    id, class: 'field-input', ...(long ? { rows: 4 } : { type: 'text' }), placeholder: c.placeholder, value: c.value ?? '',
    maxLength: c.max_length ?? 4000, oninput: () => show(), data: { customId: c.custom_id },
  });
  const show = () => { count.textContent = c.max_length ? `${[...input.value].length}/${c.max_length}` : ''; };
  show();
  return {
    el: h('div', { class: 'field-text' }, input, count),
    read: () => [input.value],
    check: () => {
      const length = [...input.value.trim()].length;
      if (length === 0) return c.required === false ? '' : 'This field is required';
      if (c.min_length && length < c.min_length) return `Must be ${c.min_length} or more in length.`;
      return c.max_length && length > c.max_length ? `Must be ${c.max_length} or fewer in length.` : '';
    },
  };
}

const tooFew = (c, n) => {
  const least = c.min_values ?? 1;
  if (n === 0) return c.required === false ? '' : 'This field is required';
  return n < least ? `Choose at least ${least}.` : '';
};

function select(c, id, guild) {
  const choices = choicesFor(c, guild);
  let values = choices.filter((x) => x.chosen).map((x) => x.value);
  const el = selectBox(c, choices, { live: true, done: (v) => { values = v; } });
  el.querySelector('.select-face').id = id;
  return { el, read: () => values, check: () => tooFew(c, values.length) };
}

function upload(c, id) {
  const most = c.max_values ?? 1;
  const names = h('ul', { class: 'upload-names' });
  const input = h('input', { id, type: 'file', multiple: most > 1, data: { customId: c.custom_id }, onchange: () => show() });
  const show = () => names.replaceChildren(...[...input.files].map((f) => h('li', {}, `${f.name} (${size(f.size)})`)));
  return {
    el: h('div', { class: 'field-upload' }, input, names),
    files: () => [...input.files],
    read: () => [],
    check: () => (input.files.length > most ? `Choose at most ${most}.` : tooFew(c, input.files.length)),
  };
}

function boxes(c, id, type) {
  const inputs = (c.options ?? []).map((o, i) => h('input', {
    type, id: `${id}-${i}`, name: `${id}-choice`, value: o.value, checked: Boolean(o.default),
  }));
  const el = h('div', { class: 'field-boxes', role: type === 'radio' ? 'radiogroup' : 'group', aria: { labelledby: `${id}-label` } },
    inputs.map((input, i) => h('label', { class: 'box-line', for: input.id }, input,
      h('span', {}, c.options[i].label, c.options[i].description && h('small', {}, c.options[i].description)))));
  return { el, picked: () => inputs.filter((x) => x.checked).map((x) => x.value) };
}

function radio(c, id) {
  const { el, picked } = boxes(c, id, 'radio');
  return { el, read: picked, check: () => (picked().length === 0 && c.required !== false ? 'This field is required' : '') };
}

function checkboxes(c, id) {
  const { el, picked } = boxes(c, id, 'checkbox');
  const check = () => {
    const n = picked().length;
    return c.max_values && n > c.max_values ? `Choose at most ${c.max_values}.` : tooFew(c, n);
  };
  return { el, read: picked, check };
}

function checkbox(c, id) {
  const input = h('input', { type: 'checkbox', id, checked: Boolean(c.default) });
  return { el: h('div', { class: 'field-boxes' }, input), read: () => [String(input.checked)], check: () => '', inline: true };
}
