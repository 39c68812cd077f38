// What discord.js says that members may do. One guild a line comes in, one line of answers goes out: for each member, and
// for each member in each channel. The first line says which permissions discord.js knows.
import { createInterface } from 'node:readline';
import { Client, PermissionsBitField } from 'discord.js';

const client = new Client({ intents: [] });
const tell = (line) => process.stdout.write(JSON.stringify(line) + '\n') || new Promise((done) => process.stdout.once('drain', done));
const later = new Date(Date.now() + 86_400_000).toISOString();

function build(g) {
  const isThread = (c) => c.type === 11 || c.type === 12;
  const guild = client.guilds._add({
    id: g.id, name: 'G', owner_id: g.owner_id, features: [], emojis: [],
    roles: g.roles.map((r) => ({ ...r, name: 'r', position: 0 })),
    members: g.members.map((m) => ({
      user: { id: m.id, username: 'u', discriminator: '0' }, roles: m.roles ?? [], joined_at: '2026-01-01T00:00:00.000Z',
      communication_disabled_until: m.timed_out ? later : null,
    })),
    channels: g.channels.filter((c) => !isThread(c)).map((c) => ({ ...c, name: 'c', position: 0, parent_id: c.parent_id === '0' ? null : c.parent_id, permission_overwrites: c.permission_overwrites ?? [] })),
    threads: g.channels.filter(isThread).map((c) => ({
      id: c.id, type: c.type, name: 't', parent_id: c.parent_id, owner_id: g.owner_id, guild_id: g.id,
      thread_metadata: { archived: false, locked: false, auto_archive_duration: 60, archive_timestamp: '2026-01-01T00:00:00.000Z' },
    })),
  });
  for (const c of g.channels.filter(isThread)) {
    for (const id of c.joined ?? []) guild.channels.cache.get(c.id).members._add({ id: c.id, user_id: id, join_timestamp: '2026-01-01T00:00:00.000Z', flags: 0 });
  }
  return guild;
}

function answers(guild, g) {
  return g.members.map(({ id }) => {
    client.user = client.users.cache.get(id);
    const member = guild.members.cache.get(id);
    return {
      base: String(member.permissions.bitfield), timed_out: member.isCommunicationDisabled(),
      in: g.channels.map((c) => {
        const channel = guild.channels.cache.get(c.id);
        return {
          bits: String(channel.permissionsFor(member).bitfield), viewable: channel.viewable, manageable: channel.manageable,
          sendable: channel.sendable ?? false, joined: channel.joined ?? false,
        };
      }),
    };
  });
}

await tell({ all: String(PermissionsBitField.All) });
for await (const line of createInterface({ input: process.stdin })) {
  const g = JSON.parse(line);
  await tell(answers(build(g), g));
  client.guilds.cache.clear();
  client.channels.cache.clear();
  client.users.cache.clear();
}
process.stdout.end(() => process.exit(0)); // not before all is written
