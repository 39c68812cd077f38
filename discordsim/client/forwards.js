// Messages that were sent on from another channel.
import { h, icon } from './dom.js';
import { channelByID, isThread, kind, nameOf, view } from './view.js';
import { markdown } from './markdown.js';
import { attachments } from './attachments.js';
import { embed } from './embeds.js';
import { components } from './components.js';
import { openDialog } from './popup.js';
import { post } from './api.js';

export function drawForward(m, where) {
  const said = m.message_snapshots?.[0]?.message;
  if (!said) return null;
  const from = channelByID(m.message_reference?.channel_id);
  return h('div', { class: 'forward', data: { testid: 'forward' } },
    h('p', { class: 'forward-head' }, icon('forward'), 'Forwarded'),
    said.content && h('div', { class: 'content' }, markdown(said.content, where)),
    attachments(said.attachments ?? []),
    (said.embeds ?? []).map((e) => embed(e, where)),
    said.components?.length > 0 && h('div', { class: 'components' }, components(said.components, { message: { ...said, id: m.id }, where, busy: new Set(), press: () => {} })),
    from && h('button', { type: 'button', class: 'text-link', onclick: () => where.open(from) }, `#${from.name}`));
}

// forward asks where a message is to go.
export function forward(m) {
  const places = [
    ...view.guilds.flatMap((g) => g.channels.filter((c) => c.can_send && c.type !== kind.category).map((c) => [c.id, `${isThread(c) ? '' : '#'}${c.name} (${g.name})`])),
    ...view.dms.map((c) => [c.id, `@${nameOf(c.recipients?.[0])}`]),
  ];
  const to = h('select', { class: 'field-input', aria: { label: 'Forward to' }, data: { testid: 'forward-to' } }, places.map(([value, label]) => h('option', { value }, label)));
  openDialog({
    title: 'Forward to', label: 'Send', testid: 'forward-dialog', body: [to],
    done: () => post(`/channels/${m.channel_id}/messages/${m.id}/forward`, { as: view.me.id, to: to.value }),
  });
}
