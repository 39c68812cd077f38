// What the site's scripts share. Text only ever becomes text: the pages' policy would stop anything else.

const day = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
const minute = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

export function element(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  e.append(...children);
  return e;
}

// ask fetches JSON; what went wrong is an Error with a sentence for the reader.
export async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { headers: { accept: 'application/json' }, ...options });
  } catch {
    throw new Error('The website could not be reached. Check your connection and try again.');
  }
  if (response.status === 401) {
    location.assign('/login?next=/tickets');
    return new Promise(() => {}); // the page is going away
  }
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail || 'Something went wrong. Try again in a minute.');
  }
  return response.status === 204 ? null : response.json();
}

export function when(text, iso) {
  const date = new Date(iso);
  return element('time', { datetime: iso, title: minute.format(date) }, `${text} ${day.format(date)}`);
}
