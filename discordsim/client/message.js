// One message: who, when, what, and what can be done with it.
import { h, icon, oneLine, picture } from './dom.js';
import { avatarOf, channelByID, colourOf, flags, guildOf, has, memberOf, nameOf, personName, sentAt, view } from './view.js';
import { markdown, plain } from './markdown.js';
import { clockTime, fullTime, messageTime } from './time.js';
import { attachments } from './attachments.js';
import { embed } from './embeds.js';
import { components, usedFiles } from './components.js';
import { drawForward } from './forwards.js';
import { menuAt, toolbar } from './messagemenu.js';
import { drawPoll, pollResult } from './polls.js';
import { reactions } from './reactions.js';

// drawMessage: grouped leaves out the head because the message before is from the same person a moment ago.
// acts = {press, reply, edit, saveEdit, cancelEdit, remove, dismiss, react, pin, vote, forward, thread, useOnMessage, open,
// busy(message), failed(message)}
export function drawMessage(m, grouped, acts) {
  const channel = channelByID(m.channel_id);
  const guild = guildOf(channel);
  const member = m.member ?? memberOf(guild, m.author?.id);
  const where = { guild, users: m.mentions, open: acts.open };
  const system = systemLine(m, guild, where);
  return h('article', {
    class: classes(m, grouped, system), tabIndex: -1,
    data: { testid: 'message', messageId: m.id, author: m.author?.username ?? '' },
    aria: { label: `Message from ${nameOf(m.author, member)}` },
    oncontextmenu: (e) => !has(m, flags.ephemeral) && menuAt(e, m, channel, acts),
  },
    !system && overhead(m, guild, where),
    system ? h('div', { class: 'avatar-slot' }, icon(system.icon)) : face(m, member, grouped),
    h('div', { class: 'message-main' },
      system ? h('p', { class: 'system-line' }, system.text, ' ', when(m)) : !grouped && head(m, guild, member),
      !system && content(m, where, acts)),
    !has(m, flags.ephemeral) && toolbar(m, channel, acts));
}

function classes(m, grouped, system) {
  const mentioned = m.mention_everyone || m.mentions?.some((u) => u.id === view.me?.id)
    || (m.mention_roles ?? []).some((r) => memberOf(guildOf(channelByID(m.channel_id)), view.me?.id)?.roles?.includes(r));
  return ['message', grouped && 'grouped', system && 'system', mentioned && 'mentions-me',
    has(m, flags.ephemeral) && 'ephemeral', view.replyTo?.id === m.id && 'replying'].filter(Boolean).join(' ');
}

const systemTexts = {
  6: (m, name) => ['pin', [name, ' pinned a message to this channel.']],
  7: (m, name) => ['plus', [name, ' joined the server.']],
  18: (m, name) => ['thread', [name, ' started a thread: ', h('strong', {}, m.content)]],
  46: (m) => ['poll', pollResult(m)],
};

function systemLine(m, guild) {
  const make = systemTexts[m.type];
  if (!make) return null;
  const [sign, text] = make(m, h('strong', {}, personName(guild, m.author)));
  return { icon: sign, text };
}

// overhead is the small line above: the message answered, or the command that was used.
function overhead(m, guild, where) {
  if (m.type === 19) return replyLine(m.referenced_message, guild, where);
  const used = m.interaction_metadata ?? m.interaction;
  const name = m.interaction?.name ?? used?.name;
  if (!used?.user || !name || ![20, 23].includes(m.type)) return null;
  return h('div', { class: 'overhead' },
    picture(avatarOf(used.user), { class: 'tiny-avatar' }),
    h('strong', {}, personName(guild, used.user)), ' used ', h('span', { class: 'mention' }, m.type === 23 ? name : `/${name}`));
}

function replyLine(to, guild, where) {
  if (!to) return h('div', { class: 'overhead' }, h('em', {}, 'Original message was deleted'));
  const member = memberOf(guild, to.author.id);
  const jump = () => document.querySelector(`[data-message-id="${CSS.escape(to.id)}"]`)?.scrollIntoView({ block: 'center' });
  return h('div', { class: 'overhead' },
    picture(avatarOf(to.author, member), { class: 'tiny-avatar' }),
    h('strong', { vars: { color: colourOf(guild, member) } }, nameOf(to.author, member)), ' ',
    h('button', { type: 'button', class: 'reply-text', onclick: jump }, plain(to.content, where) || 'Click to see attachment'));
}

function face(m, member, grouped) {
  if (grouped) return h('div', { class: 'avatar-slot' }, h('time', { class: 'side-time' }, clockTime(sentAt(m.id))));
  return h('div', { class: 'avatar-slot' }, picture(avatarOf(m.author, member), { class: 'avatar' }));
}

const when = (m) => h('time', { class: 'message-time', title: fullTime(sentAt(m.id)) }, messageTime(sentAt(m.id)));

function head(m, guild, member) {
  return h('div', { class: 'message-head' },
    h('span', { class: 'author', vars: { color: colourOf(guild, member) } }, nameOf(m.author, member)),
    m.author?.bot && h('span', { class: 'app-tag' }, m.webhook_id && m.webhook_id !== m.application_id ? 'WEBHOOK' : 'APP'),
    when(m),
    m.pinned && h('span', { class: 'pinned', title: 'Pinned' }, icon('pin')));
}

function content(m, where, acts) {
  if (has(m, flags.loading)) return [thinking(m), has(m, flags.ephemeral) && onlyYou(m, acts)];
  const used = usedFiles(m);
  return [
    view.editing === m.id ? editor(m, acts) : m.content && h('div', { class: 'content' }, markdown(m.content, where), edited(m)),
    m.message_snapshots && drawForward(m, where),
    m.poll && drawPoll(m, acts),
    attachments((m.attachments ?? []).filter((a) => !used.has(a.id))),
    (m.embeds ?? []).map((e) => embed(e, where)),
    m.components?.length > 0 && h('div', { class: has(m, flags.v2) ? 'components v2' : 'components' },
      components(m.components, { message: m, where, busy: acts.busy(m), press: (c, values) => acts.press(m, c, values) })),
    !m.content && edited(m),
    acts.failed(m) && h('p', { class: 'failure', role: 'alert', data: { testid: 'interaction-failed' } }, acts.failed(m)),
    m.thread && threadLink(m, acts),
    reactions(m, acts),
    has(m, flags.ephemeral) && onlyYou(m, acts),
  ];
}

const threadLink = (m, acts) => h('button', { type: 'button', class: 'thread-link', data: { testid: 'thread-link' }, onclick: () => acts.open(m.thread) },
  icon('thread'), h('strong', {}, m.thread.name), h('span', {}, `${m.thread.message_count ?? 0} messages`));

const edited = (m) => m.edited_timestamp && h('span', { class: 'edited', title: fullTime(Date.parse(m.edited_timestamp)) }, ' (edited)');

const thinking = (m) => h('p', { class: 'thinking', data: { testid: 'thinking' } },
  h('span', { class: 'dots' }, h('i'), h('i'), h('i')), ` ${m.author?.global_name || m.author?.username || 'App'} is thinking...`);

const onlyYou = (m, acts) => h('p', { class: 'only-you' }, icon('eye'), 'Only you can see this • ',
  h('button', { type: 'button', class: 'text-link', onclick: () => acts.dismiss(m) }, 'Dismiss message'));

function editor(m, acts) {
  const box = h('textarea', {
    class: 'edit-box', rows: 2, aria: { label: 'Edit message' }, data: { testid: 'edit-box' }, value: m.content,
    onkeypress: oneLine,
    onkeydown: (e) => {
      if (e.key === 'Escape') acts.cancelEdit();
      if (e.key === 'Enter' && !e.shiftKey) { e.preventDefault(); acts.saveEdit(m, box.value); }
    },
  });
  queueMicrotask(() => { box.focus(); box.setSelectionRange(box.value.length, box.value.length); });
  return h('div', { class: 'editor' }, box, h('p', { class: 'edit-hint' },
    'escape to ', h('button', { type: 'button', class: 'text-link', onclick: acts.cancelEdit }, 'cancel'),
    ' • enter to ', h('button', { type: 'button', class: 'text-link', onclick: () => acts.saveEdit(m, box.value) }, 'save')));
}
