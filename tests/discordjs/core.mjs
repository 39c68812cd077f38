// A small bot on @discordjs/core, whose objects are Discord's own JSON. See line.mjs for how it is spoken to.
import { Client, GatewayDispatchEvents as E, GatewayIntentBits } from '@discordjs/core';
import { REST } from '@discordjs/rest';
import { CompressionMethod, WebSocketManager, WebSocketShardEvents } from '@discordjs/ws';
import { address, compression, fail, files, guildID, obey, tell, token } from './line.mjs';

const rest = new REST({ api: `${address}/api`, cdn: address }).setToken(token);
const gateway = new WebSocketManager({
  token, rest, intents: GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages | GatewayIntentBits.MessageContent,
  compression: compression === 'zlib-stream' ? CompressionMethod.ZlibNative : null, useIdentifyCompression: compression === 'payload',
});
const client = new Client({ rest, gateway });
const { api } = client;
let me;

gateway.on(WebSocketShardEvents.Error, fail);
client.once(E.Ready, ({ data }) => { me = data; });
client.once(E.GuildCreate, async ({ data: guild }) => {
  tell('ready', { user: me.user.username, application: me.application.id, guild: guild.name, channels: guild.channels.map((c) => c.name), roles: guild.roles.map((r) => r.name) });
  const option = { type: 3, name: 'title', description: 'Its title', required: true };
  const commands = await api.applicationCommands.bulkOverwriteGuildCommands(me.application.id, guildID, [{ name: 'panel', description: 'Post the panel', options: [option] }]);
  tell('commands', { names: commands.map((c) => c.name) });
});
client.on(E.Resumed, () => tell('resumed'));
client.on(E.MessageCreate, async ({ data: m }) => {
  tell('message', { id: m.id, channel: m.channel_id, content: m.content, author: m.author.username, files: await named(m) });
});
client.on(E.MessageUpdate, ({ data: m }) => tell('edited', { id: m.id, content: m.content }));
client.on(E.MessageDelete, ({ data: m }) => tell('deleted', { id: m.id }));
client.on(E.ChannelCreate, ({ data: c }) => tell('channel', { id: c.id, name: c.name, overwrites: c.permission_overwrites }));
client.on(E.ChannelDelete, ({ data: c }) => tell('channel gone', { id: c.id }));
client.on(E.ThreadCreate, ({ data: t }) => tell('thread', { id: t.id, name: t.name, parent: t.parent_id }));

client.on(E.InteractionCreate, async ({ data: i }) => {
  const by = i.member.user.username;
  if (i.type === 2) {
    const reply = await api.interactions.reply(i.id, i.token, { content: i.data.options[0].value, with_response: true });
    tell('command', { name: i.data.name, by, reply: reply.resource.message.id });
  }
  if (i.type === 3 && i.data.component_type === 3) {
    await api.interactions.updateMessage(i.id, i.token, { content: `Chosen: ${i.data.values}` });
    tell('choice', { id: i.data.custom_id, by, values: i.data.values });
  }
  if (i.type === 3 && i.data.component_type === 2) {
    const input = { type: 4, custom_id: 'subject', style: 1, max_length: 100 };
    await api.interactions.createModal(i.id, i.token, { custom_id: 'ticket', title: 'A ticket', components: [{ type: 18, label: 'Subject', component: input }] });
    tell('button', { id: i.data.custom_id, by, message: i.message.id });
  }
  if (i.type === 5) {
    const subject = i.data.components[0].component.value;
    await api.interactions.defer(i.id, i.token, { flags: 64 });
    const channel = await api.guilds.createChannel(i.guild_id, {
      name: `Ticket of ${by}`, type: 0, topic: subject,
      permission_overwrites: [
        { id: i.guild_id, type: 0, deny: '1024' }, { id: i.member.user.id, type: 1, allow: '3072' }, { id: me.user.id, type: 1, allow: '3072' },
      ],
    });
    await api.interactions.editReply(i.application_id, i.token, { content: `Your ticket: <#${channel.id}>` });
    tell('modal', { id: i.data.custom_id, by, subject, channel: channel.id, topic: channel.topic, overwrites: channel.permission_overwrites });
  }
});

const named = (m) => files(m.attachments, (a) => ({ ...a, name: a.filename }));

obey({
  async post({ channel }) {
    const button = { type: 2, custom_id: 'open', label: 'Open a ticket', style: 1 };
    const select = { type: 3, custom_id: 'topic', options: [{ label: 'Billing', value: 'billing' }, { label: 'Bugs', value: 'bugs' }] };
    const m = await api.channels.createMessage(channel, {
      content: 'Choose', embeds: [{ title: 'Support' }], components: [{ type: 1, components: [button] }, { type: 1, components: [select] }],
    });
    tell('posted', { id: m.id, embed: m.embeds[0].title, components: m.components.map((row) => row.components[0].custom_id) });
  },
  async thread({ channel, user }) {
    const thread = await api.channels.createThread(channel, { name: 'Aside', type: 12, invitable: false });
    await api.threads.addMember(thread.id, user);
    const m = await api.channels.createMessage(thread.id, { content: 'Between us' });
    tell('thread made', { id: thread.id, type: thread.type, parent: thread.parent_id, message: m.id });
  },
  async upload({ channel }) {
    const m = await api.channels.createMessage(channel, { content: 'Attached', files: [{ name: 'note.txt', data: Buffer.from('from the bot') }] });
    tell('uploaded', { id: m.id, files: await named(m) });
  },
  delete: ({ channel, message }) => api.channels.deleteMessage(channel, message),
  close: ({ channel }) => api.channels.delete(channel),
}, () => gateway.destroy());

await gateway.connect();
