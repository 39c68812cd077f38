// The line at the bottom: text, files, replies, and commands.
import { fill, h, icon, iconButton, oneLine } from './dom.js';
import { canSend, kind, may, nameOf, permission, personName, view } from './view.js';
import { post } from './api.js';
import { drawMenu, matching, optionLine } from './commands.js';
import { size } from './attachments.js';
import { askPoll } from './polls.js';

const drafts = new Map(); // person and channel → text
let files = [];
let drawnFor = '';

// drawComposer draws the composer of the open channel, unless it is there already.
// acts = {send(content, files), command(command, options), reply(message), say(sentence)}
export function drawComposer(acts) {
  const area = document.getElementById('composer');
  const { channel } = view;
  const place = `${view.me?.id} ${channel?.id}`;
  const key = JSON.stringify([place, canSend(channel), view.replyTo?.id, channel?.name]);
  if (key === drawnFor) return;
  if (!drawnFor.startsWith(`["${place}"`)) files = [];
  drawnFor = key;
  area.dropFiles = null;
  area.hidden = !channel || channel.type === kind.category;
  if (area.hidden) return;
  if (!canSend(channel)) {
    fill(area, h('p', { class: 'composer-closed' }, 'You do not have permission to send messages in this channel.'));
    return;
  }
  const composer = new Composer(channel, place, acts);
  fill(area, composer.menu, h('div', { class: 'composer' }, replyBar(channel, acts), composer.tray, composer.line),
    h('p', { class: 'typing', id: 'typing', aria: { live: 'polite' } }));
  composer.shown();
  area.dropFiles = may(channel, permission.attachFiles) ? (list) => composer.add(list) : null;
}

class Composer {
  constructor(channel, place, acts) {
    Object.assign(this, { channel, place, acts, commands: [], active: 0 });
    this.menu = h('div', { class: 'menu', role: 'listbox', aria: { label: 'Commands' }, hidden: true, data: { testid: 'command-menu' } });
    this.tray = h('div', { class: 'tray' });
    this.box = h('textarea', {
      class: 'composer-box', rows: 1, placeholder: `Message ${nameOfChannel(channel)}`, maxLength: 2000,
      data: { testid: 'composer' }, aria: { label: 'Message' }, value: drafts.get(place) ?? '',
      oninput: () => this.typed(), onkeypress: oneLine, onkeydown: (e) => this.key(e), onpaste: (e) => this.paste(e),
    });
    this.line = h('div', { class: 'composer-line' }, may(channel, permission.attachFiles) && this.attach(), this.box);
  }

  attach() {
    const picker = h('input', {
      type: 'file', multiple: true, hidden: true, data: { testid: 'file-input' }, aria: { label: 'Files to send' },
      onchange: () => { this.add(picker.files); picker.value = ''; },
    });
    const ask = iconButton('poll', 'Create a poll', askPoll, { class: 'icon-button attach' });
    return [iconButton('plus', 'Upload a file', () => picker.click(), { class: 'icon-button attach' }), picker,
      (this.channel.type === kind.dm || may(this.channel, permission.sendPolls)) && ask];
  }

  shown() {
    this.drawTray();
    this.grow();
    drawTyping();
    if (matchMedia('(min-width: 700px)').matches) this.box.focus({ preventScroll: true });
  }

  typed() {
    drafts.set(this.place, this.box.value);
    this.grow();
    const wantsCommand = /^\/[^\n]*$/.test(this.box.value);
    if (this.box.value && !wantsCommand) sayTyping(this.channel);
    this.commands = wantsCommand ? matching(this.box.value) : [];
    this.active = 0;
    if (wantsCommand) this.drawMenu();
    else this.menu.hidden = true;
  }

  drawMenu() { drawMenu(this.menu, this.commands, this.active, (c) => this.choose(c)); }

  key(e) {
    if (!this.menu.hidden && this.commands.length && this.menuKey(e)) return;
    if (e.key === 'Escape') { this.menu.hidden = true; this.acts.reply(null); }
    if (e.key === 'ArrowUp' && !this.box.value) { e.preventDefault(); this.acts.editLast(); }
    if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) { e.preventDefault(); this.send(); }
  }

  menuKey(e) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      this.active = (this.active + step + this.commands.length) % this.commands.length;
      this.drawMenu();
    } else if (e.key === 'Enter' || e.key === 'Tab') this.choose(this.commands[this.active]);
    else return false;
    e.preventDefault();
    return true;
  }

  // choose puts the command's options in the place of the text box until it is sent or given up.
  choose(command) {
    this.clear();
    const options = optionLine(command, { send: () => run(), cancel: () => back() });
    const back = () => { this.line.hidden = false; options.el.remove(); this.box.focus(); };
    const run = () => {
      let values;
      try { values = options.read(); } catch (e) { this.acts.say(e.message); return; }
      if (!options.el.isConnected) return; // sent already
      back();
      this.acts.command(command, values);
    };
    this.line.hidden = true;
    this.line.after(options.el);
    options.focus();
  }

  async send() {
    const content = this.box.value.trim();
    const sent = files;
    if (!content && !sent.length) return;
    this.clear();
    files = [];
    this.drawTray();
    if (await this.acts.send(content, sent)) return;
    this.box.value = content;
    files = sent;
    this.drawTray();
  }

  clear() {
    this.box.value = '';
    this.menu.hidden = true;
    drafts.delete(this.place);
    this.grow();
  }

  paste(e) {
    if (!e.clipboardData.files.length) return;
    e.preventDefault();
    this.add(e.clipboardData.files);
  }

  add(list) {
    files = [...files, ...list].slice(0, 10);
    this.drawTray();
    this.box.focus();
  }

  drawTray() {
    fill(this.tray, files.map((f) => h('div', { class: 'tray-file' }, icon('file'), h('span', {}, f.name), h('small', {}, size(f.size)),
      iconButton('close', `Remove ${f.name}`, () => { files = files.filter((x) => x !== f); this.drawTray(); }))));
  }

  grow() {
    this.box.style.setProperty('height', 'auto');
    this.box.style.setProperty('height', `${Math.min(this.box.scrollHeight, innerHeight / 2)}px`);
  }
}

const nameOfChannel = (channel) => (channel.type === kind.dm ? `@${nameOf(channel.recipients?.[0])}` : `#${channel.name}`);

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
