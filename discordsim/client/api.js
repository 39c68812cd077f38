// Talking to the control API of the simulator. Every failure is an Error whose message is a sentence.

export async function call(method, path, body) {
  const options = { method, headers: {} };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers['Content-Type'] = 'application/json';
  }
  let response;
  try {
    response = await fetch(`/control${path}`, options);
  } catch {
    throw new Error('The simulator does not answer. Is it still running?');
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Error(answer?.error ?? `The simulator answered ${response.status}.`);
  return answer;
}

export const get = (path) => call('GET', path);
export const post = (path, body) => call('POST', path, body);

export const query = (values) => new URLSearchParams(
  Object.entries(values).filter(([, v]) => v !== undefined && v !== null && v !== ''),
).toString();

// form packs a payload and files the way Discord's clients do: payload_json and named file parts.
export function form(payload, files) {
  const data = new FormData();
  data.set('payload_json', JSON.stringify(payload));
  for (const [name, file] of files) data.append(name, file, file.name);
  return data;
}

// listen opens the stream of what this person's client would see. The browser reconnects by itself; onopen runs each
// time, because what happened in between has to be fetched again.
export function listen(as, { onopen, onlost, onevent }) {
  const source = new EventSource(`/control/events?${query({ as })}`);
  source.addEventListener('open', onopen);
  source.addEventListener('error', onlost);
  source.addEventListener('message', (e) => onevent(JSON.parse(e.data)));
  return () => source.close();
}
