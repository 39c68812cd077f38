// Trouble on demand, for the drawer: what happens between a bot and a server, to its connection, and to its requests.
import { h } from './dom.js';
import { call, post } from './api.js';

const button = (label, title, onclick, look = 'secondary') => h('button', { type: 'button', class: `button ${look} small`, title, onclick }, label);
const row = (what, ...children) => h('div', { class: 'admin-row' }, what && h('span', { class: 'admin-what' }, what), children);

export function serverCard(guild, run) {
  return h('div', { class: 'admin-bot', data: { testid: 'server-card' } },
    h('strong', {}, guild.name), guild.outage ? h('span', { class: 'admin-state trouble' }, 'outage') : h('small', {}, 'available'),
    row('', guild.outage
      ? button('End outage', 'Bots are told GUILD_CREATE', () => run(call('DELETE', `/guilds/${guild.id}/outage`)), 'primary')
      : button('Begin outage', 'Bots are told GUILD_DELETE with unavailable: true; REST answers 503 for this server', () => run(call('PUT', `/guilds/${guild.id}/outage`)), 'danger')),
    guild.outage && h('p', { class: 'admin-note' }, 'Bots hear nothing of this server and get 503 from REST. People do not notice, except that interactions fail.'));
}

const gatewayActions = [
  ['Disconnect', 'disconnect', 'Cut the connection; the bot can resume'],
  ['Reconnect', 'reconnect', 'Ask the bot to reconnect (op 7)'],
  ['Invalidate', 'invalidate', 'Take its session away (op 9)'],
  ['Silence', 'silence', 'Stop answering heartbeats'],
];

// botCards are the bots of the open server and those that could be invited.
export function botCards(guild, apps, run) {
  if (!apps.length) return h('p', {}, 'No application yet.');
  return apps.map((app) => {
    const hidden = guild?.unlisted.includes(app.id);
    return h('div', { class: 'admin-bot', data: { testid: `bot-${app.name}` } },
      h('strong', {}, app.name), h('small', {}, app.connected ? 'connected' : 'not connected'),
      hidden && h('span', { class: 'admin-state trouble' }, 'not in READY'),
      guild && row('Server', membership(guild, app, hidden, run)),
      row('Gateway', gatewayActions.map(([label, action, title]) => button(label, title, () => run(post('/gateway', { app: app.id, action }))))));
  });
}

function membership(guild, app, hidden, run) {
  const life = (action, order) => () => run(post(`/guilds/${guild.id}/bots/${app.id}/life`, { action, order }));
  const again = button('Repeat last event', 'The last GUILD_CREATE or GUILD_DELETE once more; after a silent kick, the event that was lost', life('resend', [0]));
  if (!guild.members.some((m) => m.user.id === app.user_id)) {
    return [button('Invite', 'With the permissions it had before, and a new joined_at', life('invite'), 'primary'), again];
  }
  return [
    button('Kick', 'GUILD_DELETE without unavailable', life('kick'), 'danger'),
    button('Kick silently', 'The bot is out, and the event is lost', life('kick_silently'), 'danger'),
    button('Odd delete', 'GUILD_DELETE with unavailable: false, though the bot is still here', life('odd_delete')),
    hidden ? button('List in READY', 'READY lists this server again', life('list')) : button('Hide from READY', 'The next READY leaves this server out', life('hide')),
    again,
  ];
}

const HALF_MINUTE = '30s';

// faultList is what goes wrong with requests right now, and two ways to let them.
export function faultList(faults, run) {
  return [
    row('',
      button('Cut for 30 s', 'No request is answered: its connection is cut', () => run(post('/faults', { for: HALF_MINUTE }))),
      button('Answer 500 for 30 s', 'Every request is answered 500', () => run(post('/faults', { for: HALF_MINUTE, status: 500 })))),
    faults.map((f) => row('', h('span', { class: 'admin-state trouble' }, about(f)),
      button(f.holds ? 'Release' : 'Stop', 'Requests are carried out again', () => run(call('DELETE', `/faults/${f.id}`))))),
  ];
}

function about(f) {
  const which = `${f.method || 'every'} ${f.path || 'request'}`;
  if (f.holds) return `${which}: held${f.arrived ? ', one waits' : ''}`;
  return `${which}: ${f.status || 'cut'}`;
}
