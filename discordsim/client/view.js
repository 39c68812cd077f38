// What this person can see at this moment, and small questions about it. The server decides visibility: what may not be
// seen is never sent here.

export const view = {
  personas: [],
  me: null,
  guilds: [],
  dms: [],
  cdn: '',
  names: '', // everything that a message's look depends on besides the message
  version: 0, // how often names has changed: messages are drawn anew
  clockOffset: 0, // simulator's clock minus this machine's, in ms
  guild: null, // the guild that is open, null for direct messages
  channel: null,
  messages: new Map(), // channel id → messages, oldest first
  complete: new Set(), // channels whose first message is loaded
  unread: new Set(),
  typing: new Map(), // channel id → Map(user id → {name})
  dismissed: new Set(),
  replyTo: null,
  editing: null,
};

export const now = () => Date.now() + view.clockOffset;

export const kind = {
  text: 0, dm: 1, voice: 2, category: 4, news: 5, newsThread: 10, publicThread: 11, privateThread: 12, stage: 13, forum: 15,
};

export const isThread = (channel) => [10, 11, 12].includes(channel?.type);

export const flags = { ephemeral: 1 << 6, loading: 1 << 7, v2: 1 << 15 };

export const has = (message, flag) => ((message.flags ?? 0) & flag) !== 0;

export const permission = {
  manageGuild: 1n << 5n, manageChannels: 1n << 4n, addReactions: 1n << 6n, viewChannel: 1n << 10n, sendMessages: 1n << 11n,
  manageMessages: 1n << 13n, attachFiles: 1n << 15n, useCommands: 1n << 31n, publicThreads: 1n << 35n, sendPolls: 1n << 49n,
  pinMessages: 1n << 51n,
};

export function may(channel, bit) {
  if (!channel) return false;
  if (channel.type === kind.dm) return bit !== permission.manageMessages;
  return (BigInt(channel.may ?? '0') & bit) !== 0n;
}

export const canSend = (channel) => channel?.type === kind.dm || Boolean(channel?.can_send);

// isPrivate says whether a channel is closed to @everyone, whose role has the id of the guild.
export function isPrivate(channel) {
  const everyone = channel?.permission_overwrites?.find((o) => o.id === channel.guild_id);
  return everyone !== undefined && (BigInt(everyone.deny) & permission.viewChannel) !== 0n;
}

export const guildOf = (channel) => view.guilds.find((g) => g.id === channel?.guild_id) ?? null;

export function channelByID(id) {
  for (const guild of view.guilds) {
    const found = guild.channels.find((c) => c.id === id);
    if (found) return found;
  }
  return view.dms.find((c) => c.id === id);
}

// peopleHere are who can be chosen: the members of a guild, or the two of a direct conversation.
export const peopleHere = (guild) => guild?.members ?? [view.me, ...(view.channel?.recipients ?? [])].map((user) => ({ user }));

export const memberOf = (guild, userID) => guild?.members.find((m) => m.user.id === userID);

export const nameOf = (user, member) => member?.nick || user?.global_name || user?.username || 'Unknown user';

// personName is how this guild knows somebody, also after the person left.
export function personName(guild, user) {
  return nameOf(user, memberOf(guild, user?.id));
}

// colourOf is the colour of the highest role that has one.
export function colourOf(guild, member) {
  const roles = rolesOf(guild, member).filter((r) => r.color);
  return roles.length ? hex(roles[0].color) : '';
}

// rolesOf lists a member's roles, highest first.
export function rolesOf(guild, member) {
  if (!guild || !member) return [];
  return guild.roles.filter((r) => member.roles?.includes(r.id)).sort((a, b) => b.position - a.position);
}

export const hex = (colour) => `#${Number(colour).toString(16).padStart(6, '0')}`;

export function avatarOf(user, member) {
  if (member?.avatar_url) return member.avatar_url;
  if (user?.avatar_url) return user.avatar_url;
  if (user?.avatar) return `${view.cdn}/avatars/${user.id}/${user.avatar}.png`;
  return `${view.cdn}/embed/avatars/${Number((BigInt(user?.id ?? 0) >> 22n) % 6n)}.png`;
}

export const emojiURL = (emoji) => `${view.cdn}/emojis/${emoji.id}.${emoji.animated ? 'gif' : 'png'}`;

// sentAt reads the moment out of a snowflake, in ms.
export const sentAt = (id) => Number((BigInt(id) >> 22n) + 1420070400000n);
