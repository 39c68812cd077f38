// A click, a choice, a form or a command, and the wait for the bot's answer.
import { toast } from './dom.js';
import { form, get, post } from './api.js';
import { openModal } from './modal.js';
import { view } from './view.js';

const waiting = new Map(); // message id → Set of custom ids
const failures = new Map(); // message id → sentence

export const busy = (m) => waiting.get(m.id) ?? new Set();
export const failed = (m) => failures.get(m.id) ?? '';

const FAILED = 'This interaction failed';

// press sends a click or a choice of message m; redraw runs whenever what the message shows has changed.
export async function press(m, c, values, redraw) {
  const set = new Set(busy(m));
  waiting.set(m.id, set.add(c.custom_id));
  failures.delete(m.id);
  redraw();
  try {
    const sent = await post(`/channels/${m.channel_id}/messages/${m.id}/component`, { as: view.me.id, custom_id: c.custom_id, values });
    await settle(sent.interaction_id, m.author, redraw);
  } catch (e) {
    failures.set(m.id, e.message);
  } finally {
    set.delete(c.custom_id);
    if (!set.size) waiting.delete(m.id);
    redraw();
  }
}

// command runs a slash command; a bot that says nothing is a sentence at the bottom of the page.
export async function command(channel, chosen, options, redraw) {
  try {
    const sent = await post(`/channels/${channel.id}/commands`, { as: view.me.id, name: chosen.name, options });
    const app = view.apps?.find((a) => a.id === chosen.applicationID);
    await settle(sent.interaction_id, { global_name: app?.name ?? 'the app' }, redraw);
  } catch (e) {
    toast(e.message === FAILED ? 'The application did not respond' : e.message);
  }
}

// onMessage and onUser run a command of a menu.
export const onMessage = (m, chosen, redraw) => fromMenu(`/channels/${m.channel_id}/messages/${m.id}/command`, chosen, redraw);
export const onUser = (channel, user, chosen, redraw) => fromMenu(`/channels/${channel.id}/users/${user.id}/command`, chosen, redraw);

async function fromMenu(path, chosen, redraw) {
  try {
    const sent = await post(path, { as: view.me.id, name: chosen.name });
    await settle(sent.interaction_id, { global_name: view.apps?.find((a) => a.id === chosen.application_id)?.name ?? 'the app' }, redraw);
  } catch (e) {
    toast(e.message === FAILED ? 'The application did not respond' : e.message);
  }
}

async function settle(id, app, redraw) {
  const as = view.me.id;
  for (;;) {
    const answer = await get(`/interactions/${id}?wait=5s`);
    switch (answer.state) {
      case 'pending': continue;
      case 'failed': throw new Error(FAILED);
      case 'modal':
        if (view.me.id === as) show(answer.modal, id, app, redraw);
        return;
      default: return;
    }
  }
}

function show(modal, id, app, redraw) {
  openModal(modal, view.guild, app?.global_name || app?.username || 'the app', async (values, files) => {
    const body = { as: view.me.id, values };
    const sent = await post(`/modals/${id}/submit`, files.length ? form(body, files.map(([name, f]) => [`files[${name}]`, f])) : body);
    await settle(sent.interaction_id, app, redraw);
  });
}
