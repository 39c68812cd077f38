// Select menus of messages and forms: a box that opens a list, one or several choices, with a search when the list is long.
import { h, icon, picture } from './dom.js';
import { avatarOf, colourOf, hex, isThread, kind, nameOf } from './view.js';
import { emoji } from './emoji.js';

// choicesFor lists what a select of this kind offers: [{value, label, description, face, chosen}].
export function choicesFor(c, guild) {
  switch (c.type) {
    case 3: return (c.options ?? []).map((o) => ({ value: o.value, label: o.label, description: o.description, face: emoji(o.emoji), chosen: Boolean(o.default) }));
    case 5: return chosen(c, people(guild));
    case 6: return chosen(c, roles(guild));
    case 7: return chosen(c, [...people(guild), ...roles(guild)]);
    case 8: return chosen(c, channels(guild, c.channel_types));
    default: return [];
  }
}

const chosen = (c, choices) => choices.map((x) => ({ ...x, chosen: Boolean(c.default_values?.some((d) => d.id === x.value)) }));

const people = (guild) => (guild?.members ?? []).map((m) => ({
  value: m.user.id, label: nameOf(m.user, m), description: m.user.username,
  face: picture(avatarOf(m.user, m), { class: 'choice-avatar' }), colour: colourOf(guild, m),
}));

const roles = (guild) => (guild?.roles ?? []).map((r) => ({
  value: r.id, label: r.id === guild.id ? '@everyone' : r.name,
  face: h('span', { class: 'role-dot', vars: { '--role': r.color ? hex(r.color) : '#99aab5' } }),
}));

const channels = (guild, types) => (guild?.channels ?? [])
  .filter((c) => c.can_view && !isThread(c) && (!types?.length || types.includes(c.type)))
  .map((c) => ({ value: c.id, label: c.name, face: icon(c.type === kind.category ? 'menu' : 'hash') }));

// selectBox draws the select. done(values) runs when the person has chosen: at once for a single choice, when the list
// closes for several. In a form, live is true and done runs at every change.
export function selectBox(c, choices, { disabled = false, busy = false, live = false, done }) {
  const most = c.max_values ?? 1;
  const several = most > 1;
  const picked = new Set(choices.filter((x) => x.chosen).map((x) => x.value));
  const before = () => [...picked].sort().join('\n');
  let opened = '';
  const label = c.placeholder || 'Make a selection';

  const face = h('button', {
    type: 'button', class: 'select-face', disabled, role: 'combobox', data: { customId: c.custom_id ?? '' },
    aria: { label, haspopup: 'listbox', expanded: 'false' }, onclick: () => (list.hidden ? open() : close()),
    onkeydown: (e) => { if (e.key === 'ArrowDown') { e.preventDefault(); open(); } },
  });
  const search = h('input', { class: 'select-search', type: 'search', placeholder: 'Search', aria: { label: 'Search choices' }, oninput: () => filter() });
  const options = choices.map((x) => optionRow(x, () => pick(x)));
  const list = h('div', { class: 'select-list', role: 'listbox', hidden: true, aria: { multiselectable: String(several), label } },
    choices.length > 10 && search, options, choices.length === 0 && h('p', { class: 'select-empty' }, 'Nothing to choose from'));
  const box = h('div', { class: busy ? 'select busy' : 'select', onkeydown: keys }, face, list);

  function open() {
    if (!list.hidden) return;
    opened = before();
    list.hidden = false;
    face.setAttribute('aria-expanded', 'true');
    box.classList.toggle('upwards', face.getBoundingClientRect().bottom + 240 > innerHeight);
    document.addEventListener('pointerdown', outside);
    (choices.length > 10 ? search : options[0])?.focus();
  }
  function close() {
    if (list.hidden) return;
    list.hidden = true;
    face.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside);
    if (several && !live && before() !== opened) done([...picked]);
  }
  function outside(e) { if (!box.contains(e.target)) close(); }
  function keys(e) {
    if (e.key === 'Escape' && !list.hidden) { e.preventDefault(); e.stopPropagation(); close(); face.focus(); }
    if (list.hidden || !['ArrowDown', 'ArrowUp'].includes(e.key)) return;
    e.preventDefault();
    const shown = options.filter((o) => !o.hidden);
    const at = shown.indexOf(document.activeElement) + (e.key === 'ArrowDown' ? 1 : -1);
    shown[(at + shown.length) % shown.length]?.focus();
  }
  function pick(x) {
    if (!several) {
      const again = picked.has(x.value);
      picked.clear();
      if (!(again && c.min_values === 0)) picked.add(x.value);
    } else if (picked.has(x.value)) picked.delete(x.value);
    else if (picked.size < most) picked.add(x.value);
    show();
    if (!several) { close(); face.focus(); }
    if (live || !several) done([...picked]);
  }
  function filter() {
    const wanted = search.value.toLowerCase();
    options.forEach((o, i) => { o.hidden = !choices[i].label.toLowerCase().includes(wanted); });
  }
  function show() {
    options.forEach((o, i) => o.setAttribute('aria-selected', String(picked.has(choices[i].value))));
    const names = choices.filter((x) => picked.has(x.value)).map((x) => h('span', { class: 'select-picked' }, x.label));
    face.replaceChildren(h('span', { class: names.length ? 'select-text' : 'select-text empty' }, ...(names.length ? names : [label])), icon('chevron'));
  }
  show();
  return box;
}

function optionRow(x, onclick) {
  return h('button', { type: 'button', class: 'select-option', role: 'option', data: { value: x.value }, onclick },
    x.face && h('span', { class: 'select-face-icon' }, x.face),
    h('span', { class: 'select-option-text' },
      h('span', { class: 'select-label', vars: x.colour ? { color: x.colour } : {} }, x.label),
      x.description && h('small', {}, x.description)),
    h('span', { class: 'select-tick' }, icon('check')));
}
