// Opening a thread: on a message, or by itself.
import { h } from './dom.js';
import { kind, may, permission, view } from './view.js';
import { openDialog } from './popup.js';
import { post } from './api.js';

export const canThread = (channel) => [kind.text, kind.news].includes(channel?.type) && may(channel, permission.publicThreads);

// startThread asks for a name; opened(thread) runs when it is there.
export function startThread(channel, message, opened) {
  const name = h('input', { class: 'field-input', type: 'text', maxLength: 100, placeholder: 'New thread', aria: { label: 'Thread name' }, data: { testid: 'thread-name' } });
  const secret = h('input', { type: 'checkbox' });
  openDialog({
    title: message ? 'Create a thread on this message' : 'Create a thread', label: 'Create', testid: 'thread-dialog',
    body: [name, !message && h('label', { class: 'box-line' }, secret, h('span', {}, 'Private thread', h('small', {}, 'Only people who are added, and moderators, can see it')))],
    done: async () => opened(await post(`/channels/${channel.id}/threads`, { as: view.me.id, name: name.value, message: message?.id, private: secret.checked })),
  });
}
