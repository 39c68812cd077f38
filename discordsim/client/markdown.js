// Discord's markdown as elements. Blocks first (code, headings, quotes, lists, small print), then what is inside a line.
// where = {guild, users, roles, channels}: the names for the mentions, from the message and the guild.
import { h, link, picture } from './dom.js';
import { view, channelByID, emojiURL, hex, memberOf, nameOf } from './view.js';
import { fullTime, styled } from './time.js';

export function markdown(text, where = {}) {
  const out = document.createDocumentFragment();
  out.append(...blocks(String(text ?? ''), where));
  if (onlyEmoji(text)) out.childNodes.forEach((n) => n.classList?.add('jumbo'));
  return out;
}

// plain is the text of a markdown message on one line, for the reply line and titles.
export function plain(text, where) {
  const box = h('div', {}, markdown(text, where));
  return box.textContent.replace(/\s+/g, ' ').trim();
}

const onlyEmoji = (text) => /^(\s*<a?:\w+:\d+>\s*){1,27}$/.test(text ?? '');

// ---- blocks

const blockRules = [
  [/```(?:([\w+#.-]{1,20})\n)?\n*([\s\S]*?)\n*```\n?/y, (m) => h('pre', { class: 'code-block' }, h('code', { data: m[1] ? { language: m[1] } : {} }, m[2]))],
  [/(#{1,3}) +([^\n]+)\n?/y, (m, where) => h(`h${m[1].length + 2}`, { class: `heading heading-${m[1].length}` }, inline(m[2].trim(), where)), true],
  [/-# +([^\n]+)\n?/y, (m, where) => h('small', { class: 'subtext' }, inline(m[1], where)), true],
  [/>>> ([\s\S]+)/y, (m, where) => quote(m[1], where), true],
  [/(?:> ?[^\n]*(?:\n|$))+/y, (m, where) => quote(m[0].replace(/^> ?/gm, '').replace(/\n$/, ''), where), true, /> /y],
  [/(?: *(?:[-*]|\d{1,9}\.) +[^\n]+(?:\n|$))+/y, (m, where) => list(m[0].replace(/\n$/, '').split('\n'), where), true],
];

function blocks(text, where) {
  const out = [];
  let at = 0;
  let lineStart = true;
  let pending = '';
  const flush = () => { if (pending) { out.push(...inline(pending, where)); pending = ''; } };
  while (at < text.length) {
    const hit = matchBlock(text, at, lineStart);
    if (hit) {
      pending = pending.replace(/\n$/, '');
      flush();
      out.push(hit.render(hit.match, where));
      at += hit.match[0].length;
      lineStart = true;
      continue;
    }
    const end = nextStop(text, at);
    pending += text.slice(at, end);
    lineStart = text[end - 1] === '\n';
    at = end;
  }
  flush();
  return out;
}

function matchBlock(text, at, lineStart) {
  for (const [rule, render, needsLine, guard] of blockRules) {
    if (needsLine && !lineStart) continue;
    if (guard) { guard.lastIndex = at; if (!guard.test(text)) continue; }
    rule.lastIndex = at;
    const match = rule.exec(text);
    if (match && match[0]) return { match, render };
  }
  return null;
}

// nextStop is where the next block could begin: a line start or a fence.
function nextStop(text, at) {
  const line = text.indexOf('\n', at);
  const fence = text.indexOf('```', at + 1);
  const stops = [line < 0 ? text.length : line + 1, fence < 0 ? text.length : fence];
  return Math.max(at + 1, Math.min(...stops));
}

const quote = (text, where) => h('blockquote', { class: 'quote' }, blocks(text, where));

function list(lines, where) {
  const root = { depth: -1, el: null };
  const stack = [root];
  for (const line of lines) {
    const [, indent, mark, body] = /^( *)([-*]|\d+\.) +(.*)$/.exec(line);
    const depth = Math.min(Math.floor(indent.length / 2), 10);
    while (stack.length > 1 && stack.at(-1).depth > depth) stack.pop();
    if (stack.at(-1).depth < depth) {
      const ordered = /\d/.test(mark);
      const el = h(ordered ? 'ol' : 'ul', { class: 'list', start: ordered ? parseInt(mark, 10) : undefined });
      const parent = stack.at(-1).el;
      if (parent) (parent.lastElementChild ?? parent).append(el);
      else root.el = el;
      stack.push({ depth, el });
    }
    stack.at(-1).el.append(h('li', {}, inline(body, where)));
  }
  return stack[1].el;
}

// ---- inside a line

const inlineRules = [
  [/\\([^0-9A-Za-z\s])/y, (m) => m[1]],
  [/(`{1,2})((?:(?!\1)[\s\S])+?)\1(?!`)/y, (m) => h('code', { class: 'code' }, m[2].replace(/^ (?=`)|(?<=`) $/g, ''))],
  [/<(https?:\/\/[^\s<>]+)>/y, (m) => link(m[1], {}, m[1])],
  [/\[((?:[^\][\\\n]|\\.)+)\]\(<?(https?:\/\/[^\s)>]+)>?(?: "[^"\n]*")?\)/y, (m, w) => link(m[2], { title: m[2] }, inline(m[1], { ...w, inLink: true }))],
  [/https?:\/\/[^\s<>|]*[^\s<>|.,:;"'!?)\]*_~]/y, (m) => link(m[0], {}, m[0])],
  [/<@!?(\d{1,20})>/y, (m, w) => userMention(m[1], w)],
  [/<@&(\d{1,20})>/y, (m, w) => roleMention(m[1], w)],
  [/<#(\d{1,20})>/y, (m, w) => channelMention(m[1], w)],
  [/<\/([^:<>\n]{1,100}):(\d{1,20})>/y, (m) => h('span', { class: 'mention' }, `/${m[1]}`)],
  [/<(a?):(\w{2,32}):(\d{1,20})>/y, (m) => picture(emojiURL({ id: m[3], animated: m[1] }), { class: 'emoji', alt: `:${m[2]}:`, title: `:${m[2]}:` })],
  [/<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/y, (m) => timestamp(m[1], m[2])],
  [/@(everyone|here)\b/y, (m) => h('span', { class: 'mention' }, m[0])],
  [/\*\*((?:[^*\\]|\\.|\*(?!\*))+?\*?)\*\*(?!\*)/y, (m, w) => h('strong', {}, inline(m[1], w))],
  [/__((?:[^_\\]|\\.|_(?!_))+?_?)__(?!_)/y, (m, w) => h('u', {}, inline(m[1], w))],
  [/\*(?=\S)((?:\*\*|\\.|\s+(?:[^*\s\\]|\*\*)|[^\s*\\])+?)\*(?!\*)/y, (m, w) => h('em', {}, inline(m[1], w))],
  [/_(?!_)((?:[^_\\]|\\.|__)+?)_(?![A-Za-z0-9_])/y, (m, w) => h('em', {}, inline(m[1], w))],
  [/~~((?:[^~\\]|\\.|~(?!~))+?)~~(?!~)/y, (m, w) => h('s', {}, inline(m[1], w))],
  [/\|\|((?:[^|]|\|(?!\|))+?)\|\|/y, (m, w) => spoiler(inline(m[1], w))],
];

const special = /[\\`<[@*_~|]|https?:\/\//g;

function inline(text, where) {
  const out = [];
  let at = 0;
  while (at < text.length) {
    special.lastIndex = at;
    const next = special.exec(text)?.index ?? text.length;
    if (next > at) out.push(text.slice(at, next));
    at = next;
    if (at >= text.length) break;
    const hit = matchInline(text, at, where);
    out.push(hit ? hit.node : text[at]);
    at += hit ? hit.length : 1;
  }
  return out.flat();
}

function matchInline(text, at, where) {
  for (const [rule, render] of inlineRules) {
    rule.lastIndex = at;
    const match = rule.exec(text);
    if (match && !(rule.source.startsWith('_(?!_)') && /\w/.test(text[at - 1] ?? ''))) {
      return { node: render(match, where), length: match[0].length };
    }
  }
  return null;
}

function userMention(id, where) {
  const member = memberOf(where.guild, id);
  const user = member?.user ?? where.users?.find((u) => u.id === id) ?? view.personas.find((u) => u.id === id);
  return h('span', { class: 'mention', title: user ? user.username : id }, user ? `@${nameOf(user, member)}` : `<@${id}>`);
}

function roleMention(id, where) {
  const role = where.guild?.roles.find((r) => r.id === id);
  const vars = role?.color ? { '--role': hex(role.color) } : {};
  return h('span', { class: role?.color ? 'mention role-mention' : 'mention', vars }, role ? `@${role.name.replace(/^@/, '')}` : '@unknown-role');
}

function channelMention(id, where) {
  const channel = channelByID(id);
  if (!channel) return h('span', { class: 'mention' }, '# unknown');
  const open = where.open ? () => where.open(channel) : undefined;
  return h('button', { type: 'button', class: 'mention', onclick: open }, `#${channel.name}`);
}

function timestamp(seconds, style) {
  return h('time', { class: 'timestamp', title: fullTimeOrRaw(seconds) }, styled(seconds, style));
}

function fullTimeOrRaw(seconds) {
  const at = Number(seconds) * 1000;
  return Number.isNaN(new Date(at).getTime()) ? seconds : fullTime(at);
}

function spoiler(children) {
  const el = h('span', {
    class: 'spoiler', role: 'button', tabIndex: 0, aria: { label: 'Spoiler' },
    onclick: () => { el.classList.add('shown'); el.removeAttribute('role'); el.removeAttribute('aria-label'); },
    onkeydown: (e) => { if (e.key === 'Enter') el.click(); },
  }, h('span', { class: 'spoiler-text' }, children));
  return el;
}
