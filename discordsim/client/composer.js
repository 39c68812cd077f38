// The line at the bottom: text, files, replies, and commands.
import { fill, h, icon, iconButton, oneLine } from './dom.js';
import { canSend, kind, may, nameOf, permission, personName, view } from './view.js';
import { post } from './api.js';
import { drawMenu, matching, optionLine } from './commands.js';
import { size } from './attachments.js';

const drafts = new Map(); // person and channel → text
let files = [];
let drawnFor = '';

// drawComposer draws the composer of the open channel. acts = {send(content, files), command(command, options), say(sentence)}
export function drawComposer(acts, { force = false } = {}) {
  const area = document.getElementById('composer');
  const channel = view.channel;
  const key = JSON.stringify([channel?.id, canSend(channel), view.me?.id, view.replyTo?.id, channel?.name]);
  if (key === drawnFor && !force) return;
  if (!drawnFor.startsWith(JSON.stringify([channel?.id]).slice(0, -1))) files = [];
  drawnFor = key;
  area.hidden = !channel || channel.type === kind.category;
  if (area.hidden) return;
  if (!canSend(channel)) {
    fill(area, h('p', { class: 'composer-closed' }, 'You do not have permission to send messages in this channel.'));
    return;
  }
  build(area, channel, acts);
}

function build(area, channel, acts) {
  const state = { commands: [], active: 0 };
  const draft = `${view.me.id} ${channel.id}`;
  const menu = h('div', { class: 'menu', role: 'listbox', aria: { label: 'Commands' }, hidden: true, data: { testid: 'command-menu' } });
  const box = h('textarea', {
    class: 'composer-box', rows: 1, placeholder: `Message ${channel.type === kind.dm ? `@${nameOf(channel.recipients?.[0])}` : `#${channel.name}`}`,
    data: { testid: 'composer' }, aria: { label: 'Message' }, value: drafts.get(draft) ?? '', maxLength: 2000,
    oninput: () => typed(), onkeydown: keys, onkeypress: oneLine, onpaste: (e) => { if (e.clipboardData.files.length) { e.preventDefault(); add(e.clipboardData.files); } },
  });
  const picker = h('input', { type: 'file', multiple: true, hidden: true, data: { testid: 'file-input' }, aria: { label: 'Files to send' }, onchange: () => { add(picker.files); picker.value = ''; } });
  const tray = h('div', { class: 'tray' });
  const attach = may(channel, permission.attachFiles)
    && iconButton('plus', 'Upload a file', () => picker.click(), { class: 'icon-button attach' });
  const line = h('div', { class: 'composer-line' }, attach, picker, box);

  function typed() {
    drafts.set(draft, box.value);
    grow(box);
    if (box.value && !box.value.startsWith('/')) sayTyping(channel);
    const wants = /^\/[^\n]*$/.test(box.value);
    state.commands = wants ? matching(box.value) : [];
    state.active = 0;
    if (wants) drawMenu(menu, state.commands, state.active, choose);
    else menu.hidden = true;
  }
  function keys(e) {
    if (!menu.hidden && state.commands.length && menuKey(e)) return;
    if (e.key === 'Escape') { menu.hidden = true; acts.reply(null); }
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); send(); }
  }
  function menuKey(e) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      state.active = (state.active + step + state.commands.length) % state.commands.length;
      drawMenu(menu, state.commands, state.active, choose);
    } else if (e.key === 'Enter' || e.key === 'Tab') choose(state.commands[state.active]);
    else return false;
    e.preventDefault();
    return true;
  }
  function choose(command) {
    menu.hidden = true;
    box.value = '';
    drafts.delete(draft);
    const options = optionLine(command, { send: run, cancel: back });
    let sending = false;
    async function run() {
      let values;
      try { values = options.read(); } catch (e) { acts.say(e.message); return; }
      if (sending) return;
      sending = true;
      back();
      await acts.command(command, values);
    }
    function back() { line.hidden = false; options.el.replaceWith(); box.focus(); }
    line.hidden = true;
    line.after(options.el);
    options.focus();
  }
  async function send() {
    const content = box.value.trim();
    if (!content && !files.length) return;
    const sent = files;
    box.value = '';
    files = [];
    drafts.delete(draft);
    menu.hidden = true;
    grow(box);
    drawTray();
    if (!await acts.send(content, sent)) { box.value = content; files = sent; drawTray(); }
  }
  function add(list) { files = [...files, ...list].slice(0, 10); drawTray(); box.focus(); }
  function drawTray() {
    fill(tray, files.map((f) => h('div', { class: 'tray-file' }, icon('file'), h('span', {}, f.name), h('small', {}, size(f.size)),
      iconButton('close', `Remove ${f.name}`, () => { files = files.filter((x) => x !== f); drawTray(); }))));
  }

  fill(area, menu, h('div', { class: 'composer' }, replyBar(channel, acts), tray, line), h('p', { class: 'typing', id: 'typing', aria: { live: 'polite' } }));
  drawTray();
  grow(box);
  drawTyping();
  area.dropFiles = attach ? add : null;
  if (matchMedia('(min-width: 700px)').matches) box.focus({ preventScroll: true });
}

const TYPING = 8000; // Discord's clients repeat themselves about this often
let typingAt = 0;

function sayTyping(channel) {
  if (Date.now() - typingAt < TYPING) return;
  typingAt = Date.now();
  post(`/channels/${channel.id}/typing`, { as: view.me.id }).catch(() => {}); // nobody misses it
}

function replyBar(channel, acts) {
  if (!view.replyTo || view.replyTo.channel_id !== channel.id) return null;
  return h('div', { class: 'reply-bar' }, h('span', {}, 'Replying to ', h('strong', {}, personName(view.guild, view.replyTo.author))),
    iconButton('close', 'Stop replying', () => acts.reply(null)));
}

function grow(box) {
  box.style.setProperty('height', 'auto');
  box.style.setProperty('height', `${Math.min(box.scrollHeight, innerHeight / 2)}px`);
}

export function drawTyping() {
  const el = document.getElementById('typing');
  if (!el) return;
  const typing = [...(view.typing.get(view.channel?.id)?.values() ?? [])].map((t) => t.name);
  fill(el, typing.length > 0 && [h('span', { class: 'dots' }, h('i'), h('i'), h('i')), ' ', h('strong', {}, typing.join(', ')), typing.length > 1 ? ' are typing...' : ' is typing...']);
}

// acceptDrops lets files be dropped anywhere on the chat.
export function acceptDrops(pane) {
  const area = document.getElementById('composer');
  pane.addEventListener('dragover', (e) => { e.preventDefault(); if (area.dropFiles) pane.classList.add('dropping'); });
  pane.addEventListener('dragleave', (e) => { if (!pane.contains(e.relatedTarget)) pane.classList.remove('dropping'); });
  pane.addEventListener('drop', (e) => {
    e.preventDefault();
    pane.classList.remove('dropping');
    if (area.dropFiles && e.dataTransfer.files.length) area.dropFiles(e.dataTransfer.files);
  });
}
