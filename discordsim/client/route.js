// Where the person is lives in the address, so that a link can say "as Mia, in #support":
//   #as=Mia&guild=Northwind Games&channel=support      names or ids; guild=@me is the list of direct messages

export function read() {
  const values = new URLSearchParams(location.hash.slice(1));
  return {
    as: values.get('as') ?? '',
    guild: values.get('guild') ?? '',
    channel: values.get('channel') ?? '',
    theme: values.get('theme') ?? '',
  };
}

export function href({ as, guild, channel }) {
  const values = new URLSearchParams();
  for (const [k, v] of Object.entries({ as, guild, channel })) if (v) values.set(k, v);
  return `#${values}`;
}

export function go(place, { replace = false } = {}) {
  const to = href(place);
  if (to === location.hash) return;
  if (replace) history.replaceState(null, '', to);
  else location.hash = to;
}

// find takes a thing by id or, ignoring case and a leading #, by one of its names.
export function find(things, wanted, ...names) {
  if (!wanted) return undefined;
  const key = wanted.replace(/^#/, '').toLowerCase();
  return things.find((t) => t.id === wanted)
    ?? things.find((t) => names.some((n) => (t[n] ?? '').toLowerCase() === key));
}
