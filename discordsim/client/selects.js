// Select menus of messages and forms: a box that opens a list, one or several choices, with a search when the list is long.
import { fill, h, icon, picture } from './dom.js';
import { avatarOf, colourOf, hex, isThread, kind, nameOf, peopleHere } from './view.js';
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

const people = (guild) => peopleHere(guild).map((m) => ({
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
export const selectBox = (c, choices, options) => new Select(c, choices, options).el;

const LONG = 10; // from here on a list can be searched

class Select {
  constructor(c, choices, { disabled = false, busy = false, live = false, done }) {
    Object.assign(this, { c, choices, live, done, most: c.max_values ?? 1, label: c.placeholder || 'Make a selection' });
    this.several = this.most > 1;
    this.picked = new Set(choices.filter((x) => x.chosen).map((x) => x.value));
    this.outside = (e) => { if (!this.el.contains(e.target)) this.close(); };
    this.face = h('button', {
      type: 'button', class: 'select-face', disabled, role: 'combobox', data: { customId: c.custom_id ?? '' },
      aria: { label: this.label, haspopup: 'listbox', expanded: 'false' }, onclick: () => (this.list.hidden ? this.open() : this.close()),
    });
    this.search = h('input', { class: 'select-search', type: 'search', placeholder: 'Search', aria: { label: 'Search choices' }, oninput: () => this.filter() });
    this.options = choices.map((x) => optionRow(x, () => this.pick(x)));
    this.list = h('div', { class: 'select-list', role: 'listbox', hidden: true, aria: { multiselectable: String(this.several), label: this.label } },
      choices.length > LONG && this.search, this.options, choices.length === 0 && h('p', { class: 'select-empty' }, 'Nothing to choose from'));
    this.el = h('div', { class: busy ? 'select busy' : 'select', onkeydown: (e) => this.key(e) }, this.face, this.list);
    this.show();
  }

  chosen() { return [...this.picked]; }

  open() {
    this.before = this.chosen().sort().join('\n');
    this.list.hidden = false;
    this.face.setAttribute('aria-expanded', 'true');
    this.el.classList.toggle('upwards', this.face.getBoundingClientRect().bottom + 240 > innerHeight);
    document.addEventListener('pointerdown', this.outside);
    (this.choices.length > LONG ? this.search : this.options[0])?.focus();
  }

  close() {
    if (this.list.hidden) return;
    this.list.hidden = true;
    this.face.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', this.outside);
    if (this.several && !this.live && this.chosen().sort().join('\n') !== this.before) this.done(this.chosen());
  }

  key(e) {
    if (e.key === 'Escape' && !this.list.hidden) {
      e.preventDefault();
      e.stopPropagation();
      this.close();
      this.face.focus();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    if (this.list.hidden) { this.open(); return; }
    const shown = this.options.filter((o) => !o.hidden);
    shown[(shown.indexOf(document.activeElement) + step + shown.length) % shown.length]?.focus();
  }

  pick({ value }) {
    if (this.several) this.toggle(value);
    else this.replace(value);
    this.show();
    if (!this.several) { this.close(); this.face.focus(); }
    if (this.live || !this.several) this.done(this.chosen());
  }

  toggle(value) {
    if (!this.picked.delete(value) && this.picked.size < this.most) this.picked.add(value);
  }

  replace(value) {
    const emptied = this.picked.has(value) && this.c.min_values === 0;
    this.picked.clear();
    if (!emptied) this.picked.add(value);
  }

  filter() {
    const wanted = this.search.value.toLowerCase();
    this.options.forEach((o, i) => { o.hidden = !this.choices[i].label.toLowerCase().includes(wanted); });
  }

  show() {
    this.options.forEach((o, i) => o.setAttribute('aria-selected', String(this.picked.has(this.choices[i].value))));
    const names = this.choices.filter((x) => this.picked.has(x.value)).map((x) => h('span', { class: 'select-picked' }, x.label));
    fill(this.face, h('span', { class: names.length ? 'select-text' : 'select-text empty' }, names.length ? names : this.label), icon('chevron'));
  }
}

function optionRow(x, onclick) {
  return h('button', { type: 'button', class: 'select-option', role: 'option', data: { value: x.value }, onclick },
    x.face && h('span', { class: 'select-face-icon' }, x.face),
    h('span', { class: 'select-option-text' },
      h('span', { class: 'select-label', vars: x.colour ? { color: x.colour } : {} }, x.label),
      x.description && h('small', {}, x.description)),
    h('span', { class: 'select-tick' }, icon('check')));
}
