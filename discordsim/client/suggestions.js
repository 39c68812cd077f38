// What a bot offers for an option of its command while one types.
import { fill, h } from './dom.js';
import { get, post } from './api.js';
import { view } from './view.js';

const PAUSE = 250; // ms without a key before the bot is asked

// suggesting makes a field of option o ask the bot. The field shows the name of what was chosen; read() is its value.
export function suggesting(command, o, input, others) {
  let chosen = null;
  let timer = null;
  let asked = 0;
  const list = h('div', { class: 'menu suggestions', role: 'listbox', hidden: true, aria: { label: `Suggestions for ${o.name}` }, data: { testid: 'suggestions' } });
  const close = () => { list.hidden = true; };
  const choose = (c) => { chosen = c; input.value = c.name; close(); input.focus(); };
  const show = (choices) => {
    list.hidden = false;
    fill(list, choices.length ? choices.map((c) => h('button', {
      type: 'button', class: 'menu-item', role: 'option', onmousedown: (e) => e.preventDefault(), onclick: () => choose(c),
    }, c.name)) : h('p', { class: 'menu-head' }, 'Nothing found'));
  };
  const ask = async () => {
    const mine = asked += 1;
    try {
      const sent = await post(`/channels/${view.channel.id}/suggestions`, { as: view.me.id, name: command.name, option: o.name, typed: input.value, options: others() });
      for (;;) {
        const answer = await get(`/interactions/${sent.interaction_id}?wait=5s`);
        if (answer.state === 'pending') continue;
        if (mine === asked && input.isConnected) show(answer.choices ?? []);
        return;
      }
    } catch { if (mine === asked) close(); }
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); };
  input.addEventListener('input', () => { chosen = null; soon(); });
  input.addEventListener('focus', soon);
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (e) => {
    const rows = [...list.querySelectorAll('.menu-item')];
    if (list.hidden || !rows.length) return;
    const at = rows.findIndex((r) => r.getAttribute('aria-selected') === 'true');
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) rows.forEach((r, i) => r.setAttribute('aria-selected', String(i === (at + step + rows.length) % rows.length)));
    else if (e.key === 'Tab' || (e.key === 'Enter' && at >= 0)) rows[Math.max(at, 0)].click();
    else return;
    e.preventDefault();
    e.stopPropagation();
  });
  return { list, read: () => chosen?.value ?? input.value.trim() };
}
