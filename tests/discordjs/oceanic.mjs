// A small bot on oceanic.js. See line.mjs for how it is spoken to.
import { Client } from 'oceanic.js';
import { address, compression, fail, files, guildID, obey, tell, token } from './line.mjs';

const client = new Client({
  auth: `Bot ${token}`,
  rest: { baseURL: `${address}/api/v10` },
  gateway: { intents: ['GUILDS', 'GUILD_MESSAGES', 'MESSAGE_CONTENT'], compress: compression || false, compressLibrary: compression ? 'native' : null },
});

const overwrites = (channel) => channel.permissionOverwrites.map((o) => ({ id: o.id, type: o.type, allow: String(o.allow), deny: String(o.deny) }));
const named = (m) => files([...m.attachments.values()], (a) => ({ name: a.filename, size: a.size, url: a.url }));

client.on('error', fail);
client.on('shardResume', () => tell('resumed'));
client.once('ready', async () => {
  const guild = client.guilds.get(guildID);
  tell('ready', { user: client.user.username, application: client.application.id, guild: guild.name, channels: guild.channels.map((c) => c.name), roles: guild.roles.map((r) => r.name) });
  const option = { type: 3, name: 'title', description: 'Its title', required: true };
  const commands = await client.application.bulkEditGuildCommands(guildID, [{ type: 1, name: 'panel', description: 'Post the panel', options: [option] }]);
  tell('commands', { names: commands.map((c) => c.name) });
});
client.on('messageCreate', async (m) => {
  tell('message', { id: m.id, channel: m.channelID, content: m.content, author: m.author.username, files: await named(m) });
});
client.on('messageUpdate', (m) => tell('edited', { id: m.id, content: m.content }));
client.on('messageDelete', (m) => tell('deleted', { id: m.id }));
client.on('channelCreate', (c) => tell('channel', { id: c.id, name: c.name, overwrites: overwrites(c) }));
client.on('channelDelete', (c) => tell('channel gone', { id: c.id }));
client.on('threadCreate', (t) => tell('thread', { id: t.id, name: t.name, parent: t.parentID }));

client.on('interactionCreate', async (i) => {
  if (i.isCommandInteraction()) {
    await i.createMessage({ content: i.data.options.getString('title', true) });
    const reply = await i.getOriginal();
    tell('command', { name: i.data.name, by: i.user.username, reply: reply.id });
  }
  if (i.isComponentInteraction() && i.isSelectMenuComponentInteraction()) {
    const values = i.data.values.raw;
    await i.editParent({ content: `Chosen: ${values}` });
    tell('choice', { id: i.data.customID, by: i.user.username, values });
  }
  if (i.isComponentInteraction() && i.isButtonComponentInteraction()) {
    const input = { type: 4, customID: 'subject', style: 1, maxLength: 100 };
    await i.createModal({ customID: 'ticket', title: 'A ticket', components: [{ type: 18, label: 'Subject', component: input }] });
    tell('button', { id: i.data.customID, by: i.user.username, message: i.message.id });
  }
  if (i.isModalSubmitInteraction()) {
    const subject = i.data.components.getTextInput('subject', true);
    await i.defer(64);
    const channel = await i.guild.createChannel(0, {
      name: `Ticket of ${i.user.username}`, topic: subject,
      permissionOverwrites: [
        { id: guildID, type: 0, allow: 0n, deny: 1024n }, { id: i.user.id, type: 1, allow: 3072n, deny: 0n }, { id: client.user.id, type: 1, allow: 3072n, deny: 0n },
      ],
    });
    await i.editOriginal({ content: `Your ticket: ${channel.mention}` });
    tell('modal', { id: i.data.customID, by: i.user.username, subject, channel: channel.id, topic: channel.topic, overwrites: overwrites(channel) });
  }
});

obey({
  async post({ channel }) {
    const button = { type: 2, customID: 'open', label: 'Open a ticket', style: 1 };
    const select = { type: 3, customID: 'topic', options: [{ label: 'Billing', value: 'billing' }, { label: 'Bugs', value: 'bugs' }] };
    const m = await client.rest.channels.createMessage(channel, {
      content: 'Choose', embeds: [{ title: 'Support' }], components: [{ type: 1, components: [button] }, { type: 1, components: [select] }],
    });
    tell('posted', { id: m.id, embed: m.embeds[0].title, components: m.components.map((row) => row.components[0].customID) });
  },
  async thread({ channel, user }) {
    const thread = await client.rest.channels.startThreadWithoutMessage(channel, { name: 'Aside', type: 12, invitable: false });
    await thread.addMember(user);
    const m = await thread.createMessage({ content: 'Between us' });
    tell('thread made', { id: thread.id, type: thread.type, parent: thread.parentID, message: m.id });
  },
  async upload({ channel }) {
    const m = await client.rest.channels.createMessage(channel, { content: 'Attached', files: [{ name: 'note.txt', contents: Buffer.from('from the bot') }] });
    tell('uploaded', { id: m.id, files: await named(m) });
  },
  delete: ({ channel, message }) => client.rest.channels.deleteMessage(channel, message),
  close: ({ channel }) => client.rest.channels.delete(channel),
}, () => client.disconnect(false));

await client.connect();
