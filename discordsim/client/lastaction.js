// What the bot asked of REST because of the last thing that a person did, and how soon.
import { fill, h } from './dom.js';
import { view } from './view.js';

const deeds = { interaction: '', message_create: 'said ', message_edit: 'edited ', message_delete: 'deleted ', reaction_add: 'reacted with ', message_pin: 'pinned ', poll_vote_add: 'voted for ' };

// lastDeed is the newest fact of the log that a person caused.
export const lastDeed = (facts) => facts.findLast((f) => f.kind in deeds && view.personas.some((p) => p.id === f.user));

export function drawLastAction(el, deed, calls) {
  if (!el) return;
  if (!deed) { fill(el, h('p', { class: 'admin-note' }, 'Nobody has done anything yet.')); return; }
  const who = view.personas.find((p) => p.id === deed.user);
  const caused = calls.filter((c) => c.seq > deed.seq);
  const what = typeof deed.body === 'string' ? deed.body.slice(0, 60) : '';
  fill(el,
    h('p', { class: 'admin-deed' }, h('strong', {}, who.global_name || who.username), ': ', deeds[deed.kind], what),
    caused.length === 0 ? h('p', { class: 'admin-note' }, 'No request so far.') : h('table', { class: 'admin-table', data: { testid: 'last-action' } }, h('tbody', {}, caused.slice(0, 30).map((c) => h('tr', {},
      h('td', { class: 'count' }, `+${Math.max(0, Math.round(Date.parse(c.at) - Date.parse(deed.at)))} ms`),
      h('td', {}, `${c.method} ${c.route}`), h('td', { class: c.status >= 400 || !c.status ? 'bad' : '' }, String(c.status || 'cut')))))));
}
