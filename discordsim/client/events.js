// What the stream brings, put into the view. Messages are applied one by one; everything else that changed is fetched anew.
import { channelByID, flags, has, nameOf, view } from './view.js';

const newest = (id) => BigInt(id);

// apply puts one event into the view and says what has to be drawn or fetched: 'messages', 'rail', 'typing', 'reload',
// 'world' or nothing.
export function apply({ kind, data }) {
  switch (kind) {
    case 'MESSAGE_CREATE': return created(data);
    case 'MESSAGE_UPDATE': return put(data), 'messages';
    case 'MESSAGE_DELETE': return gone(data.channel_id, [data.id]);
    case 'MESSAGE_DELETE_BULK': return gone(data.channel_id, data.ids);
    case 'TYPING_START': return typing(data);
    default:
      if (kind.startsWith('MESSAGE_REACTION') || kind.startsWith('MESSAGE_POLL')) return 'reload';
      return kind.startsWith('INTERACTION') ? '' : 'world';
  }
}

function created(m) {
  if (!channelByID(m.channel_id)) { view.unread.add(m.channel_id); return 'world'; } // the first message of a conversation
  put(m);
  view.typing.get(m.channel_id)?.delete(m.author?.id);
  if (m.channel_id !== view.channel?.id && m.author?.id !== view.me?.id && !has(m, flags.ephemeral)) view.unread.add(m.channel_id);
  return view.channel?.id === m.channel_id ? 'messages' : 'rail';
}

// put keeps a channel's messages in the order of their ids. A channel that was never opened has no list yet.
export function put(m) {
  const list = view.messages.get(m.channel_id);
  if (!list) return;
  const at = list.findIndex((x) => x.id === m.id);
  if (at >= 0) { list[at] = { ...m, poll: votes(m.poll, list[at].poll), reactions: mine(m.reactions, list[at].reactions) }; return; }
  let i = list.length;
  while (i > 0 && newest(list[i - 1].id) > newest(m.id)) i -= 1;
  list.splice(i, 0, m);
}

// mine keeps which reactions are this person's own, which an update does not say.
const mine = (fresh, old) => fresh?.map((r) => ({ ...r, me: r.me || Boolean(old?.some((o) => o.me && o.emoji.name === r.emoji.name)) }));

// votes keeps which answers are this person's own.
function votes(fresh, old) {
  if (!fresh || !old) return fresh;
  const own = new Set((old.results?.answer_counts ?? []).filter((c) => c.me_voted).map((c) => c.id));
  return { ...fresh, results: { ...fresh.results, answer_counts: fresh.results.answer_counts.map((c) => ({ ...c, me_voted: own.has(c.id) })) } };
}

function gone(channelID, ids) {
  const list = view.messages.get(channelID);
  if (!list) return '';
  view.messages.set(channelID, list.filter((m) => !ids.includes(m.id)).map((m) => (
    ids.includes(m.message_reference?.message_id) ? { ...m, referenced_message: null } : m)));
  return 'messages';
}

const TYPING = 10_000;

function typing(d) {
  if (d.user_id === view.me?.id) return '';
  const people = view.typing.get(d.channel_id) ?? new Map();
  people.set(d.user_id, { name: nameOf(d.member?.user ?? view.dms.find((c) => c.id === d.channel_id)?.recipients?.[0], d.member) });
  view.typing.set(d.channel_id, people);
  setTimeout(() => { people.delete(d.user_id); dispatchEvent(new Event('typing-over')); }, TYPING);
  return 'typing';
}
