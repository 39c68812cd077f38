// The member list on the right: a group for each hoisted role, then everybody else. Only who can see the channel. A click
// on somebody opens the conversation with them.
import { fill, h, picture } from './dom.js';
import { peopleMenu } from './messagemenu.js';
import { avatarOf, colourOf, kind, nameOf, rolesOf, view } from './view.js';

export function drawMembers(acts) {
  const { guild, channel } = view;
  const list = document.getElementById('members');
  list.hidden = !guild || !channel || channel.type === kind.dm;
  if (list.hidden) return;
  fill(list, groups(guild, channel).map(([name, members]) => h('section', {},
    h('h2', { class: 'member-group' }, `${name} — ${members.length}`),
    members.map((m) => person(guild, m, acts)))));
}

function groups(guild, channel) {
  const viewers = channel.viewers ? guild.members.filter((m) => channel.viewers.includes(m.user.id)) : guild.members;
  const named = new Map();
  for (const member of viewers) {
    const role = rolesOf(guild, member).find((r) => r.hoist);
    const key = role ? role.name : 'Members';
    const group = named.get(key) ?? { at: role?.position ?? -1, members: [] };
    group.members.push(member);
    named.set(key, group);
  }
  return [...named].sort((a, b) => b[1].at - a[1].at).map(([name, g]) => [name, g.members.sort(byName)]);
}

const byName = (a, b) => nameOf(a.user, a).localeCompare(nameOf(b.user, b));

function person(guild, m, acts) {
  const look = { class: 'member', data: { testid: `member-${m.user.username}` }, title: m.user.username };
  const inside = [
    picture(avatarOf(m.user, m), { class: 'member-avatar' }),
    h('span', { class: 'member-name', vars: { color: colourOf(guild, m) } }, nameOf(m.user, m)),
    m.user.bot && h('span', { class: 'app-tag' }, 'APP'),
    guild.owner_id === m.user.id && h('span', { class: 'owner-mark', title: 'Server owner' }, 'owner'),
  ];
  if (m.user.id === view.me?.id) return h('div', { ...look, oncontextmenu: (e) => peopleMenu(e, m.user, acts) }, inside);
  return h('button', { ...look, type: 'button', title: `Message ${m.user.username}`, onclick: () => acts.message(m.user), oncontextmenu: (e) => peopleMenu(e, m.user, acts) }, inside);
}
