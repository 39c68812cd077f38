// A small bot on discord.js, pointed at a Discord given by address. It tells on standard output, one JSON object a line,
// what it saw; the test that starts it plays the people and compares.
import { ActionRowBuilder, ButtonBuilder, ButtonStyle, ChannelType, Client, Events, GatewayIntentBits, MessageFlags, PermissionFlagsBits } from 'discord.js';

const { SIM_URL, SIM_TOKEN, SIM_GUILD } = process.env;
const tell = (saw, details = {}) => process.stdout.write(JSON.stringify({ saw, ...details }) + '\n');

const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.MessageContent, GatewayIntentBits.DirectMessages],
  rest: { api: `${SIM_URL}/api` },
});

client.on(Events.Error, (error) => tell('error', { message: String(error) }));
client.on(Events.ShardResume, (_, replayed) => tell('resumed', { replayed }));

client.once(Events.ClientReady, async () => {
  tell('ready', { user: client.user.username, application: client.application.id });
  const guild = client.guilds.cache.get(SIM_GUILD);
  tell('guild', { name: guild.name, channels: guild.channels.cache.map((c) => c.name).sort(), roles: guild.roles.cache.size, me: guild.members.me?.id });
  const commands = await guild.commands.set([{ name: 'panel', description: 'Post the panel', options: [{ type: 3, name: 'title', description: 'Its title', required: true }] }]);
  tell('commands', { names: commands.map((c) => c.name) });
});

client.on(Events.MessageCreate, (message) => {
  tell('message', { id: message.id, content: message.content, author: message.author.username, member: message.member?.displayName ?? null, files: message.attachments.map((a) => a.name) });
});
client.on(Events.MessageUpdate, (_, now) => tell('edited', { id: now.id, content: now.content }));
client.on(Events.MessageDelete, (gone) => tell('deleted', { id: gone.id }));
client.on(Events.ChannelCreate, (channel) => tell('channel', { id: channel.id, name: channel.name, viewable: channel.viewable }));

client.on(Events.InteractionCreate, async (interaction) => {
  if (interaction.isChatInputCommand()) {
    const row = new ActionRowBuilder().addComponents(new ButtonBuilder().setCustomId('open').setLabel('Open a ticket').setStyle(ButtonStyle.Primary));
    const reply = await interaction.reply({ content: interaction.options.getString('title'), components: [row], withResponse: true });
    tell('command', { name: interaction.commandName, by: interaction.user.username, reply: reply.resource.message.id });
  }
  if (interaction.isButton()) {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    const channel = await interaction.guild.channels.create({
      name: `Ticket of ${interaction.user.username}`, type: ChannelType.GuildText, topic: 'a ticket',
      permissionOverwrites: [
        { id: interaction.guild.id, deny: [PermissionFlagsBits.ViewChannel] },
        { id: interaction.user.id, allow: [PermissionFlagsBits.ViewChannel, PermissionFlagsBits.SendMessages] },
        { id: client.user.id, allow: [PermissionFlagsBits.ViewChannel, PermissionFlagsBits.SendMessages] },
      ],
    });
    await channel.send(`Welcome, ${interaction.user}`);
    await interaction.editReply(`Your ticket: ${channel}`);
    const history = await channel.messages.fetch({ limit: 10 });
    tell('button', { id: interaction.customId, by: interaction.member.displayName, channel: channel.id, history: history.map((m) => m.content) });
  }
});

process.stdin.resume().on('end', () => client.destroy().then(() => process.exit(0)));
process.on('unhandledRejection', (error) => { tell('error', { message: String(error) }); process.exit(1); });
await client.login(SIM_TOKEN);
