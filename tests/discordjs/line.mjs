// What a client and the test that starts it say to each other: one JSON object a line. On standard output the client
// tells what it saw, on standard input it is given orders; when one is carried out it says so, when they end it leaves.
import { createInterface } from 'node:readline';

export const [address, token, guildID, compression] = process.argv.slice(2);

export const tell = (saw, details = {}) => process.stdout.write(JSON.stringify({ saw, ...details }) + '\n');

export function fail(error) {
  process.stdout.write(JSON.stringify({ saw: 'error', message: error?.stack ?? String(error) }) + '\n', () => process.exit(1));
}
process.on('unhandledRejection', fail);
process.on('uncaughtException', fail);

export function obey(orders, leave) {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const { order, ...details } = JSON.parse(line);
    orders[order](details).then(() => tell('done', { order }), fail);
  });
  lines.on('close', () => Promise.resolve(leave()).then(() => process.exit(0), fail));
}

// files are what the client says of attachments, and what is in them.
export async function files(attachments, of = (a) => a) {
  return Promise.all(attachments.map(of).map(async (a) => {
    const answer = await fetch(a.url);
    return { name: a.name, size: a.size, text: answer.ok ? await answer.text() : `HTTP ${answer.status}` };
  }));
}
