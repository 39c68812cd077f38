// Slash commands: the menu that opens on "/", and the line of option fields of the one that was chosen.
import { fill, h, picture } from './dom.js';
import { suggesting } from './suggestions.js';
import { avatarOf, isThread, memberOf, nameOf, peopleHere, view } from './view.js';

const others = () => view.channel?.recipients ?? []; // of a direct conversation, without oneself

// commandsHere flattens the commands of the guild, or those of the bot one writes to directly: a subcommand is a command
// with a longer name.
export function commandsHere() {
  const list = view.guild ? view.guild.commands : view.dmCommands.filter((c) => others().some((u) => u.id === c.application_id));
  return (list ?? []).filter((c) => (c.type ?? 1) === 1).flatMap((c) => spread(c, c.name, c));
}

function spread(node, name, command) {
  const options = node.options ?? [];
  const inner = options.filter((o) => o.type === 1 || o.type === 2);
  if (inner.length) return inner.flatMap((o) => spread(o, `${name} ${o.name}`, command));
  return [{ name, description: node.description ?? '', options, applicationID: command.application_id, id: command.id }];
}

export const matching = (typed) => {
  const wanted = typed.replace(/^\//, '').toLowerCase();
  return commandsHere().filter((c) => c.name.startsWith(wanted) || (wanted && c.name.includes(wanted)))
    .sort((a, b) => a.name.localeCompare(b.name));
};

// drawMenu lists commands above the composer; choose(command) runs on a click.
export function drawMenu(menu, commands, active, choose) {
  menu.hidden = false;
  fill(menu, h('p', { class: 'menu-head' }, commands.length ? 'Commands' : 'No command of that name here'),
    commands.map((c, i) => h('button', {
      type: 'button', role: 'option', class: 'menu-item', aria: { selected: String(i === active) }, data: { testid: `command-${c.name}` },
      onmousedown: (e) => e.preventDefault(), onclick: () => choose(c),
    }, appFace(c), h('span', { class: 'menu-text' },
      h('strong', {}, `/${c.name}`), ' ', h('span', { class: 'menu-options' }, c.options.map((o) => (o.required ? o.name : `[${o.name}]`)).join(' ')),
      h('small', {}, c.description)))));
}

function appFace(c) {
  const member = memberOf(view.guild, c.applicationID);
  const user = member?.user ?? others().find((u) => u.id === c.applicationID);
  return user ? picture(avatarOf(user, member), { class: 'menu-avatar' }) : h('span', { class: 'menu-avatar' });
}

// optionLine draws the chosen command with a field for each option. read() is {name: value} of what was filled in, or
// throws a sentence.
export function optionLine(command, { send, cancel }) {
  const fields = command.options.map((o) => ({ option: o, input: input(o) }));
  const others = () => Object.fromEntries(fields.filter((f) => f.input.value !== '' && !f.option.autocomplete).map((f) => [f.option.name, typed(f.option, f.input.value.trim())]));
  for (const f of fields) if (f.option.autocomplete) f.offer = suggesting(command, f.option, f.input, others);
  const keys = (e) => {
    if (e.key === 'Enter') { e.preventDefault(); send(); }
    if (e.key === 'Escape') { e.preventDefault(); cancel(); }
  };
  const el = h('div', { class: 'command-line', data: { testid: 'command-line' }, onkeydown: keys },
    h('span', { class: 'command-name', tabIndex: 0 }, `/${command.name}`),
    fields.map(({ option, input: field }) => h('label', { class: 'option', title: option.description },
      h('span', { class: 'option-name' }, option.name, option.required ? '' : '?'), field)),
    fields.map((f) => f.offer?.list),
    h('span', { class: 'command-ends' },
      h('button', { type: 'button', class: 'button quiet small', onclick: cancel }, 'Cancel'),
      h('button', { type: 'button', class: 'button primary small', onclick: send }, 'Send')));
  const focus = () => (el.querySelector('input, select') ?? el.querySelector('.command-name')).focus();
  return { el, focus, read: () => readOptions(fields) };
}

function readOptions(fields) {
  const values = {};
  for (const { option, input: field, offer } of fields) {
    const raw = String(offer ? offer.read() : field.value.trim());
    if (raw === '') {
      if (option.required) { field.focus(); throw new Error(`Fill in ${option.name}: ${option.description}`); }
      continue;
    }
    values[option.name] = typed(option, raw);
  }
  return values;
}

function typed(option, raw) {
  switch (option.type) {
    case 4: case 10: return Number(raw);
    case 5: return raw === 'true';
    default: return raw;
  }
}

function input(o) {
  const label = { aria: { label: o.name }, data: { option: o.name } };
  if (o.choices?.length) return menu(label, o, o.choices.map((c) => [c.value, c.name]));
  switch (o.type) {
    case 4: return h('input', { ...label, type: 'number', step: '1', min: o.min_value, max: o.max_value });
    case 10: return h('input', { ...label, type: 'number', step: 'any', min: o.min_value, max: o.max_value });
    case 5: return menu(label, o, [['true', 'True'], ['false', 'False']]);
    case 6: return menu(label, o, people());
    case 7: return menu(label, o, channels(o.channel_types));
    case 8: return menu(label, o, roles());
    case 9: return menu(label, o, [...people(), ...roles()]);
    default: return h('input', { ...label, type: 'text', maxLength: o.max_length ?? 6000, placeholder: o.description, autocomplete: 'off' });
  }
}

const menu = (label, o, choices) => h('select', label, h('option', { value: '' }, o.required ? 'Choose' : 'None'),
  choices.map(([value, name]) => h('option', { value: String(value) }, name)));

const people = () => peopleHere(view.guild).map((m) => [m.user.id, nameOf(m.user, m)]);
const roles = () => (view.guild?.roles ?? []).map((r) => [r.id, r.id === view.guild.id ? '@everyone' : `@${r.name}`]);
const channels = (types) => (view.guild?.channels ?? [])
  .filter((c) => c.can_view && !isThread(c) && (!types?.length || types.includes(c.type)))
  .map((c) => [c.id, c.type === 4 ? c.name : `#${c.name}`]);
