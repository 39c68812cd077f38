// Fills "My tickets".

import { ask, element, when } from '/assets/page.js';

const list = document.getElementById('list');

// States in which a conversation still goes on come first.
const groups = [
  { title: 'Open', states: ['opening', 'open', 'closing'] },
  { title: 'Closed', states: ['closed'] },
];
const labels = { opening: 'Opening', open: 'Open', closing: 'Closing', closed: 'Closed' };

function serverIcon(server) {
  const name = server.name || 'Server';
  if (!server.icon) return element('span', { class: 'icon', 'aria-hidden': 'true' }, [...name][0].toUpperCase());
  return element('img', { class: 'icon', src: server.icon, alt: '', width: 32, height: 32, loading: 'lazy' });
}

function row(ticket) {
  const title = element('span', { class: 'title' },
    element('span', { class: 'number' }, ticket.name), ' ', element('bdi', {}, ticket.subject || ticket.category || 'Ticket'));
  const place = [ticket.subject && ticket.category, ticket.server.name || 'A server'].filter(Boolean).join(' · ');
  const dates = element('span', { class: 'dates' }, when('Opened', ticket.opened_at));
  if (ticket.closed_at) dates.append(when('Closed', ticket.closed_at));
  return element('a', { class: 'row', href: ticket.transcript },
    serverIcon(ticket.server),
    element('span', { class: 'what' }, title, element('span', { class: 'server' }, place)),
    dates,
    element('span', { class: `state ${ticket.state}` }, labels[ticket.state] ?? ticket.state));
}

function show(...children) {
  list.replaceChildren(...children);
  list.setAttribute('aria-busy', 'false');
}

function showTickets(tickets) {
  if (tickets.length === 0) {
    show(element('div', { class: 'empty' },
      element('h2', {}, 'No tickets yet'),
      element('p', {}, 'When you open a ticket on a Discord server that uses TicketBot, it appears here, with everything that was said in it.')));
    return;
  }
  document.getElementById('count').textContent = tickets.length === 1 ? '1 ticket' : `${tickets.length} tickets`;
  show(...groups.flatMap(({ title, states }) => {
    const here = tickets.filter((t) => states.includes(t.state));
    if (here.length === 0) return [];
    return [element('h2', { class: 'group' }, title, element('span', {}, String(here.length))),
      element('div', { class: 'rows' }, ...here.map(row))];
  }));
}

function showMe(me) {
  document.getElementById('name').textContent = me.name || me.username;
  document.getElementById('avatar').src = me.avatar;
}

function showProblem(error) {
  const again = element('button', { class: 'button', type: 'button' }, 'Try again');
  again.addEventListener('click', () => location.reload());
  show(element('div', { class: 'empty', role: 'alert' },
    element('h2', {}, 'Your tickets could not be shown'), element('p', {}, error.message), again));
}

document.getElementById('logout').addEventListener('click', async () => {
  await ask('/api/logout', { method: 'POST' }).catch(showProblem);
  location.assign('/');
});

ask('/api/me').then(showMe, () => {}).finally(() => { document.getElementById('me').hidden = false; });
ask('/api/me/tickets').then(({ tickets }) => showTickets(tickets)).catch(showProblem);
