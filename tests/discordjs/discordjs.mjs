// A small bot on discord.js. See line.mjs for how it is spoken to.
import {
  ActionRowBuilder, AttachmentBuilder, ButtonBuilder, ButtonStyle, ChannelType, Client, EmbedBuilder, Events, GatewayIntentBits, LabelBuilder,
  MessageFlags, ModalBuilder, PermissionFlagsBits, SimpleShardingStrategy, StringSelectMenuBuilder, TextInputBuilder, TextInputStyle,
} from 'discord.js';
import { address, compression, fail, files, guildID, obey, tell, token } from './line.mjs';

// Without zlib-sync, which is compiled on installation, discord.js asks for the compression of single payloads; and it asks
// for that only where a strategy does.
const payloads = (manager) => {
  manager.options.compression = 'zlib-stream';
  return new SimpleShardingStrategy(manager);
};

const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.MessageContent],
  rest: { api: `${address}/api`, cdn: address },
  ws: compression === 'payload' ? { buildStrategy: payloads } : {},
});

const overwrites = (channel) => channel.permissionOverwrites.cache.map((o) => ({ id: o.id, type: o.type, allow: String(o.allow.bitfield), deny: String(o.deny.bitfield) }));

client.on(Events.Error, fail);
client.on(Events.ShardResume, () => tell('resumed'));
client.once(Events.ClientReady, async () => {
  const guild = client.guilds.cache.get(guildID);
  tell('ready', { user: client.user.username, application: client.application.id, guild: guild.name, channels: guild.channels.cache.map((c) => c.name), roles: guild.roles.cache.map((r) => r.name) });
  const option = { type: 3, name: 'title', description: 'Its title', required: true };
  const commands = await guild.commands.set([{ name: 'panel', description: 'Post the panel', options: [option] }]);
  tell('commands', { names: commands.map((c) => c.name) });
});
client.on(Events.MessageCreate, async (m) => {
  tell('message', { id: m.id, channel: m.channelId, content: m.content, author: m.author.username, files: await files([...m.attachments.values()]) });
});
client.on(Events.MessageUpdate, (_, m) => tell('edited', { id: m.id, content: m.content }));
client.on(Events.MessageDelete, (m) => tell('deleted', { id: m.id }));
client.on(Events.ChannelCreate, (c) => tell('channel', { id: c.id, name: c.name, overwrites: overwrites(c) }));
client.on(Events.ChannelDelete, (c) => tell('channel gone', { id: c.id }));
client.on(Events.ThreadCreate, (t) => tell('thread', { id: t.id, name: t.name, parent: t.parentId }));

client.on(Events.InteractionCreate, async (i) => {
  if (i.isChatInputCommand()) {
    const reply = await i.reply({ content: i.options.getString('title'), withResponse: true });
    tell('command', { name: i.commandName, by: i.user.username, reply: reply.resource.message.id });
  }
  if (i.isStringSelectMenu()) {
    await i.update({ content: `Chosen: ${i.values}` });
    tell('choice', { id: i.customId, by: i.user.username, values: i.values });
  }
  if (i.isButton()) {
    const input = new TextInputBuilder().setCustomId('subject').setStyle(TextInputStyle.Short).setMaxLength(100);
    await i.showModal(new ModalBuilder().setCustomId('ticket').setTitle('A ticket').addLabelComponents(new LabelBuilder().setLabel('Subject').setTextInputComponent(input)));
    tell('button', { id: i.customId, by: i.user.username, message: i.message.id });
  }
  if (i.isModalSubmit()) {
    await i.deferReply({ flags: MessageFlags.Ephemeral });
    const mayRead = [PermissionFlagsBits.ViewChannel, PermissionFlagsBits.SendMessages];
    const channel = await i.guild.channels.create({
      name: `Ticket of ${i.user.username}`, type: ChannelType.GuildText, topic: i.fields.getTextInputValue('subject'),
      permissionOverwrites: [{ id: i.guild.id, deny: [PermissionFlagsBits.ViewChannel] }, { id: i.user.id, allow: mayRead }, { id: client.user.id, allow: mayRead }],
    });
    await i.editReply(`Your ticket: ${channel}`);
    tell('modal', { id: i.customId, by: i.user.username, subject: i.fields.getTextInputValue('subject'), channel: channel.id, topic: channel.topic, overwrites: overwrites(channel) });
  }
});

obey({
  async post({ channel }) {
    const button = new ButtonBuilder().setCustomId('open').setLabel('Open a ticket').setStyle(ButtonStyle.Primary);
    const select = new StringSelectMenuBuilder().setCustomId('topic').addOptions({ label: 'Billing', value: 'billing' }, { label: 'Bugs', value: 'bugs' });
    const m = await client.channels.cache.get(channel).send({
      content: 'Choose', embeds: [new EmbedBuilder().setTitle('Support')],
      components: [new ActionRowBuilder().addComponents(button), new ActionRowBuilder().addComponents(select)],
    });
    tell('posted', { id: m.id, embed: m.embeds[0].title, components: m.components.map((row) => row.components[0].customId) });
  },
  async thread({ channel, user }) {
    const thread = await client.channels.cache.get(channel).threads.create({ name: 'Aside', type: ChannelType.PrivateThread, invitable: false });
    await thread.members.add(user);
    const m = await thread.send('Between us');
    tell('thread made', { id: thread.id, type: thread.type, parent: thread.parentId, message: m.id });
  },
  async upload({ channel }) {
    const m = await client.channels.cache.get(channel).send({ content: 'Attached', files: [new AttachmentBuilder(Buffer.from('from the bot'), { name: 'note.txt' })] });
    tell('uploaded', { id: m.id, files: await files([...m.attachments.values()]) });
  },
  async delete({ channel, message }) {
    await client.channels.cache.get(channel).messages.delete(message);
  },
  async close({ channel }) {
    await client.channels.cache.get(channel).delete();
  },
}, () => client.destroy());

await client.login(token);
