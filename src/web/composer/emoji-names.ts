// The emoji that have names here, in the order of the picker. Several names of one emoji are in one entry.

const entries =
  'grinning😀 smile😄 laughing😆 sweat_smile😅 rofl🤣 joy😂 slightly_smiling🙂 upside_down🙃 wink😉 ' +
  'blush😊 innocent😇 smiling_hearts🥰 heart_eyes😍 star_struck🤩 kissing_heart😘 yum😋 ' +
  'stuck_out_tongue😛 zany🤪 hugs🤗 hand_over_mouth🤭 shushing🤫 thinking🤔 salute🫡 ' +
  'raised_eyebrow🤨 neutral_face😐 no_mouth😶 smirk😏 unamused😒 roll_eyes🙄 grimacing😬 pensive😔 ' +
  'sleepy😪 sleeping😴 mask😷 thermometer_face🤒 nauseated🤢 hot🥵 cold🥶 dizzy_face😵 ' +
  'exploding_head🤯 partying🥳 sunglasses😎 nerd🤓 confused😕 worried😟 open_mouth😮 astonished😲 ' +
  'flushed😳 pleading🥺 fearful😨 cry😢 sob😭 scream😱 weary😩 yawning🥱 rage😡 angry😠 cursing🤬 ' +
  'skull💀 poop💩 clown🤡 ghost👻 alien👽 robot🤖 see_no_evil🙈 heart❤️ yellow_heart💛 green_heart💚 ' +
  'blue_heart💙 purple_heart💜 broken_heart💔 sparkling_heart💖 100💯 boom💥 dizzy💫 zzz💤 wave👋 ' +
  'raised_hand✋ ok_hand👌 victory✌️ crossed_fingers🤞 point_left👈 point_right👉 point_up👆 ' +
  'point_down👇 thumbsup,+1👍 thumbsdown,-1👎 clap👏 raised_hands🙌 handshake🤝 pray,thanks🙏 ' +
  'muscle💪 eyes👀 brain🧠 facepalm🤦 shrug🤷 dancer💃 runner🏃 dog🐶 cat🐱 bear🐻 panda🐼 frog🐸 ' +
  'monkey🐵 penguin🐧 bird🐦 unicorn🦄 bee🐝 bug🐛 butterfly🦋 snake🐍 octopus🐙 fish🐟 whale🐳 rose🌹 ' +
  'sunflower🌻 tree🌳 cactus🌵 clover🍀 mushroom🍄 apple🍎 banana🍌 strawberry🍓 peach🍑 avocado🥑 ' +
  'bread🍞 pizza🍕 burger🍔 popcorn🍿 ice_cream🍨 cookie🍪 cake🍰 birthday🎂 coffee☕ tea🍵 beer🍺 ' +
  'beers🍻 champagne🍾 wine🍷 cocktail🍹 earth🌍 house🏠 car🚗 train🚆 airplane✈️ rocket🚀 ' +
  'construction🚧 sun,sunny☀️ star⭐ cloud☁️ rain🌧️ zap⚡ snowflake❄️ rainbow🌈 fire🔥 droplet💧 ' +
  'sparkles✨ tada🎉 gift🎁 trophy🏆 soccer⚽ dart🎯 game🎮 dice🎲 art🎨 music🎵 headphones🎧 movie🎬 ' +
  'camera📷 tv📺 phone📱 computer💻 bulb💡 book📖 memo📝 pencil✏️ email📧 package📦 calendar📅 chart📈 ' +
  'pushpin📌 paperclip📎 scissors✂️ lock🔒 unlock🔓 key🔑 hammer🔨 wrench🔧 gear⚙️ link🔗 money💰 ' +
  'gem💎 bell🔔 megaphone📣 search🔍 hourglass⏳ alarm⏰ warning⚠️ stop🛑 check,white_check_mark✅ ' +
  'x❌ question❓ exclamation❗ recycle♻️ arrow_right➡️ arrow_left⬅️ arrow_up⬆️ arrow_down⬇️ ' +
  'new🆕 ok🆗 sos🆘 red_circle🔴 green_circle🟢 checkered_flag🏁'

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
