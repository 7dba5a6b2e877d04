// The emoji that have names here, in the order of the picker. Several names of one emoji are in one entry.

const entries =
  'grinning😀 smile😄 laughing😆 rofl🤣 joy😂 slightly_smiling🙂 wink😉 blush😊 heart_eyes😍 star_struck🤩 yum😋 ' +
  'thinking🤔 neutral_face😐 roll_eyes🙄 grimacing😬 sleeping😴 exploding_head🤯 partying🥳 sunglasses😎 nerd🤓 ' +
  'confused😕 open_mouth😮 flushed😳 cry😢 sob😭 scream😱 rage😡 angry😠 skull💀 poop💩 clown🤡 heart❤️ ' +
  'broken_heart💔 100💯 boom💥 zzz💤 wave👋 victory✌️ crossed_fingers🤞 thumbsup,+1👍 thumbsdown,-1👎 clap👏 ' +
  'raised_hands🙌 pray,thanks🙏 muscle💪 eyes👀 facepalm🤦 shrug🤷 dog🐶 cat🐱 unicorn🦄 pizza🍕 cake🍰 birthday🎂 ' +
  'coffee☕ beer🍺 earth🌍 rocket🚀 sun,sunny☀️ star⭐ zap⚡ rainbow🌈 fire🔥 sparkles✨ tada🎉 gift🎁 trophy🏆 ' +
  'computer💻 bulb💡 book📖 memo📝 pencil✏️ bell🔔 search🔍 warning⚠️ check,white_check_mark✅ x❌ question❓ ' +
  'exclamation❗'

export type Emoji = { readonly emoji: string; readonly names: readonly string[] }

export const allEmoji: readonly Emoji[] = entries.split(' ').map((entry) => {
  const names = /^[\w,+-]+/.exec(entry)?.[0] ?? ''
  return { emoji: entry.slice(names.length), names: names.split(',') }
})

/** @param name without the colons */
export const emojiNamed = (name: string): string | undefined =>
  allEmoji.find(({ names }) => names.includes(name))?.emoji

/** Names that begin with the query come before those in which a later word begins with it. */
export function matchingEmoji(query: string, max = Number.POSITIVE_INFINITY): readonly Emoji[] {
  const wanted = query.trim().toLowerCase().replaceAll(' ', '_')
  const rankOf = ({ names }: Emoji) => {
    if (names.some((name) => name.startsWith(wanted))) return 0
    return names.some((name) => name.includes(`_${wanted}`)) ? 1 : 2
  }
  const ranked = allEmoji.map((entry) => ({ entry, rank: rankOf(entry) }))
  const matching = ranked.filter(({ rank }) => rank < 2).toSorted((a, b) => a.rank - b.rank)
  return matching.slice(0, max).map(({ entry }) => entry)
}
