// "Your data": the receipts of what was deleted, and the button that has everything deleted.

import { ask, element, when } from '/assets/page.js';

const place = document.getElementById('receipts');
const button = document.getElementById('erase');
const dialog = document.getElementById('ask-erase');
const yes = document.getElementById('erase-yes');
const problem = document.getElementById('erase-problem');

const titles = { person: 'Your data was deleted', guild: 'A server’s data was deleted', ticket: 'A ticket was deleted' };

function line(receipt) {
  const about = receipt.server ? `Server ${receipt.server}` : 'On all servers';
  return element('a', { class: 'row receipt', href: receipt.page },
    element('span', { class: 'what' },
      element('span', { class: 'title' }, titles[receipt.kind] ?? 'Something was deleted'),
      element('span', { class: 'server' }, receipt.kind === 'ticket' ? 'One ticket' : about)),
    element('span', { class: 'dates' }, when('Deleted', receipt.at)),
    element('span', { class: 'state' }, 'Receipt'));
}

function underWay(wish) {
  return element('a', { class: 'row receipt', href: wish.page },
    element('span', { class: 'what' },
      element('span', { class: 'title' }, 'Your data is being deleted'),
      element('span', { class: 'server' }, 'You can leave this page; it goes on, and the receipt appears here.')),
    element('span', { class: 'dates' }, when('Asked', wish.asked_at)),
    element('span', { class: 'state opening' }, 'Under way'));
}

async function show() {
  const { receipts, under_way: wishes } = await ask('/api/me/receipts');
  const rows = [...wishes.map(underWay), ...receipts.map(line)];
  place.replaceChildren(...(rows.length ? [element('div', { class: 'rows' }, ...rows)] : []));
  return wishes.map((w) => w.id);
}

// follow asks for the receipts until one of these is there: only then is it done.
async function follow(ids) {
  for (let pause = 500; ids.length; pause = Math.min(pause * 1.5, 10_000)) {
    await new Promise((go) => { setTimeout(go, pause); });
    const { receipts } = await ask('/api/me/receipts').catch(() => ({ receipts: [] })); // it goes on without us
    if (receipts.some((r) => ids.includes(r.id))) {
      location.reload(); // the list of tickets is another one now
      return;
    }
  }
}

function unshown(error) {
  place.replaceChildren(element('p', { class: 'problem-line', role: 'alert' }, `Your receipts could not be shown. ${error.message}`));
}

button.addEventListener('click', () => {
  problem.hidden = true;
  dialog.showModal();
});
document.getElementById('erase-no').addEventListener('click', () => dialog.close());
dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); }); // beside it
yes.addEventListener('click', async () => {
  yes.disabled = true;
  try {
    const { receipt } = await ask('/api/me/erase', { method: 'POST' });
    dialog.close();
    button.hidden = true;
    show().then(() => follow([receipt])).catch(unshown);
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  } finally {
    yes.disabled = false;
  }
});

show().then((ids) => { follow(ids); }, unshown).finally(() => {
  if (location.hash === '#your-data') document.getElementById('your-data').scrollIntoView();
});
