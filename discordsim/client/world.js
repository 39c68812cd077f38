// Roles and overwrites, for the drawer: what somebody may do is changed under a bot's feet.
import { h } from './dom.js';
import { call } from './api.js';
import { isThread, kind, nameOf, view } from './view.js';

const bits = [
  ['View channel', 10n], ['Send messages', 11n], ['Read history', 16n], ['Manage channels', 4n], ['Manage roles', 28n],
  ['Manage messages', 13n], ['Embed links', 14n], ['Attach files', 15n], ['Mention everyone', 17n], ['Pin messages', 51n],
  ['Private threads', 36n], ['Send in threads', 38n], ['Manage threads', 34n], ['Manage webhooks', 29n], ['Administrator', 3n],
];

let member = ''; // whose roles are shown
let role = ''; // whose permissions are shown
let about = ''; // whose overwrite in the open channel is shown

const chooser = (label, choices, value, choose) => h('select', { class: 'admin-select', aria: { label }, value, onchange: (e) => choose(e.target.value) },
  choices.map(([id, name]) => h('option', { value: id, selected: id === value }, name)));

// worldCards are three small tables; changed() draws them again.
export function worldCards(guild, channel, run, changed) {
  const people = guild.members.map((m) => [m.user.id, nameOf(m.user, m)]);
  const roles = guild.roles.map((r) => [r.id, r.id === guild.id ? '@everyone' : `@${r.name}`]);
  if (!people.some(([id]) => id === member)) member = guild.members.find((m) => m.user.bot)?.user.id ?? people[0]?.[0];
  if (!roles.some(([id]) => id === role)) role = guild.id;
  return [
    h('details', { class: 'admin-bot', data: { testid: 'member-roles' } }, h('summary', {}, 'Roles of a member'),
      chooser('Member', people, member, (id) => { member = id; changed('member-roles'); }), memberRoles(guild, run)),
    h('details', { class: 'admin-bot', data: { testid: 'role-permissions' } }, h('summary', {}, 'Permissions of a role'),
      chooser('Role', roles, role, (id) => { role = id; changed('role-permissions'); }), rolePermissions(guild, run)),
    channel && channel.type !== kind.dm && !isThread(channel) && h('details', { class: 'admin-bot', data: { testid: 'overwrites' } }, h('summary', {}, `Overwrites of #${channel.name}`), overwrites(guild, channel, [...roles, ...people], run, changed)),
  ];
}

function memberRoles(guild, run) {
  const m = guild.members.find((x) => x.user.id === member);
  if (!m) return null;
  const set = (id, on) => run(call('PATCH', `/guilds/${guild.id}/members/${member}`, { roles: on ? [...m.roles, id] : m.roles.filter((r) => r !== id) }));
  return guild.roles.filter((r) => r.id !== guild.id && !r.managed).map((r) => box(r.name, m.roles.includes(r.id), (on) => set(r.id, on)));
}

function rolePermissions(guild, run) {
  const r = guild.roles.find((x) => x.id === role);
  if (!r) return null;
  const has = BigInt(r.permissions);
  const set = (bit, on) => run(call('PATCH', `/guilds/${guild.id}/roles/${r.id}`, { permissions: String(on ? has | (1n << bit) : has & ~(1n << bit)) }));
  return bits.map(([name, bit]) => box(name, (has & (1n << bit)) !== 0n, (on) => set(bit, on)));
}

const box = (label, checked, set) => h('label', { class: 'admin-check' }, h('input', { type: 'checkbox', checked, onchange: (e) => set(e.target.checked) }), label);

function overwrites(guild, channel, targets, run, changed) {
  if (!targets.some(([id]) => id === about)) about = guild.id;
  const old = channel.permission_overwrites?.find((o) => o.id === about) ?? { allow: '0', deny: '0' };
  const [allow, deny] = [BigInt(old.allow), BigInt(old.deny)];
  const type = guild.roles.some((r) => r.id === about) ? 0 : 1;
  const set = (bit, state) => {
    const b = 1n << bit;
    run(call('PUT', `/channels/${channel.id}/overwrites`, { id: about, type,
      allow: String(state === 'allow' ? allow | b : allow & ~b), deny: String(state === 'deny' ? deny | b : deny & ~b) }));
  };
  return [
    chooser('Role or member', targets, about, (id) => { about = id; changed('overwrites'); }),
    bits.filter(([, bit]) => bit !== 3n).map(([name, bit]) => {
      const state = (allow & (1n << bit)) !== 0n ? 'allow' : (deny & (1n << bit)) !== 0n ? 'deny' : '';
      return h('label', { class: 'admin-check' }, h('select', { class: 'admin-select small', aria: { label: name }, data: { state }, onchange: (e) => set(bit, e.target.value) },
        [['', '–'], ['allow', 'allow'], ['deny', 'deny']].map(([v, text]) => h('option', { value: v, selected: v === state }, text))), name);
    }),
  ];
}
