// Polls: asking, voting, and what came out.
import { h, iconButton } from './dom.js';
import { now, view } from './view.js';
import { openDialog } from './popup.js';
import { post } from './api.js';

export function drawPoll(m, acts) {
  const { poll } = m;
  const counts = new Map((poll.results?.answer_counts ?? []).map((c) => [c.id, c]));
  const total = [...counts.values()].reduce((n, c) => n + c.count, 0);
  const mine = [...counts.values()].filter((c) => c.me_voted).map((c) => c.id);
  const over = poll.results?.is_finalized;
  const vote = (id) => {
    if (mine.includes(id)) return acts.vote(m, mine.filter((x) => x !== id));
    return acts.vote(m, poll.allow_multiselect ? [...mine, id] : [id]);
  };
  return h('section', { class: 'poll', data: { testid: 'poll' }, aria: { label: `Poll: ${poll.question.text}` } },
    h('h3', { class: 'poll-question' }, poll.question.text),
    h('p', { class: 'poll-hint' }, over ? 'The poll is over' : poll.allow_multiselect ? 'Select one or more answers' : 'Select one answer'),
    poll.answers.map((a) => {
      const n = counts.get(a.answer_id)?.count ?? 0;
      const share = total ? Math.round((100 * n) / total) : 0;
      const chosen = mine.includes(a.answer_id);
      return h('button', {
        type: 'button', class: chosen ? 'poll-answer chosen' : 'poll-answer', disabled: Boolean(over), vars: { '--share': `${share}%` },
        aria: { pressed: String(chosen) }, data: { answer: String(a.answer_id) }, onclick: () => vote(a.answer_id),
      }, h('span', { class: 'poll-text' }, a.poll_media.emoji?.name && `${a.poll_media.emoji.name} `, a.poll_media.text),
      h('span', { class: 'poll-count' }, `${n} ${n === 1 ? 'vote' : 'votes'} · ${share} %`));
    }),
    h('p', { class: 'poll-foot' }, `${total} ${total === 1 ? 'vote' : 'votes'}`, ' • ', over ? 'final result' : `${left(Date.parse(poll.expiry) - now())} left`));
}

function left(ms) {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.round(minutes / 60)} h`;
  return `${Math.round(minutes / 1440)} days`;
}

// pollResult is the system message in which Discord says what came out.
export function pollResult(m) {
  const fields = Object.fromEntries((m.embeds?.[0]?.fields ?? []).map((f) => [f.name, f.value]));
  const question = fields.poll_question_text ?? '';
  if (!fields.victor_answer_text) return ['The poll ', h('strong', {}, question), ` has closed with no winner (${fields.total_votes ?? 0} votes).`];
  return ['The poll ', h('strong', {}, question), ' has closed: ', h('strong', {}, fields.victor_answer_text), ` with ${fields.victor_answer_votes} of ${fields.total_votes} votes.`];
}

const HOURS = [[1, '1 hour'], [4, '4 hours'], [8, '8 hours'], [24, '24 hours'], [72, '3 days'], [168, '1 week']];

// askPoll opens the form for a new poll in the open channel.
export function askPoll() {
  const { channel } = view;
  const question = h('input', { class: 'field-input', type: 'text', maxLength: 300, placeholder: 'What do you want to ask?', aria: { label: 'Question' }, data: { testid: 'poll-question' } });
  const list = h('div', { class: 'poll-edit' });
  const add = () => {
    if (list.children.length >= 10) return;
    const input = h('input', { class: 'field-input', type: 'text', maxLength: 55, placeholder: 'Type your answer', aria: { label: 'Answer' } });
    const row = h('div', { class: 'poll-edit-row' }, input, iconButton('trash', 'Remove answer', () => { if (list.children.length > 1) row.remove(); }));
    list.append(row);
    input.focus();
  };
  const several = h('input', { type: 'checkbox' });
  const hours = h('select', { class: 'field-input', aria: { label: 'Duration' } }, HOURS.map(([n, label]) => h('option', { value: String(n) }, label)));
  hours.value = '24';
  openDialog({
    title: 'Create a poll', label: 'Post', testid: 'poll-dialog',
    body: [question, list, h('button', { type: 'button', class: 'button secondary small', onclick: add }, 'Add another answer'), hours,
      h('label', { class: 'box-line' }, several, h('span', {}, 'Allow several answers'))],
    done: () => post(`/channels/${channel.id}/messages`, { as: view.me.id, poll: {
      question: question.value, hours: Number(hours.value), several: several.checked,
      answers: [...list.querySelectorAll('input')].map((i) => i.value.trim()).filter(Boolean),
    } }),
  });
  add();
  add();
  question.focus();
}
