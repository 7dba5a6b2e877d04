// The emoji that have names here, in the order of the picker. Several names of one emoji are in one entry.

const entries =
  'grinning😀 smiley😃 smile😄 grin😁 laughing😆 sweat_smile😅 rofl🤣 joy😂 slightly_smiling🙂 upside_down🙃 wink😉 blush😊 ' +
  'innocent😇 smiling_hearts🥰 heart_eyes😍 star_struck🤩 kissing_heart😘 yum😋 stuck_out_tongue😛 zany🤪 hugs🤗 ' +
  'hand_over_mouth🤭 shushing🤫 thinking🤔 salute🫡 zipper_mouth🤐 raised_eyebrow🤨 neutral_face😐 expressionless😑 no_mouth😶 ' +
  'smirk😏 unamused😒 roll_eyes🙄 grimacing😬 relieved😌 pensive😔 sleepy😪 sleeping😴 mask😷 thermometer_face🤒 nauseated🤢 ' +
  'sneezing🤧 hot🥵 cold🥶 dizzy_face😵 exploding_head🤯 cowboy🤠 partying🥳 sunglasses😎 nerd🤓 monocle🧐 confused😕 worried😟 ' +
  'frowning🙁 open_mouth😮 astonished😲 flushed😳 pleading🥺 fearful😨 cold_sweat😰 cry😢 sob😭 scream😱 disappointed😞 sweat😓 ' +
  'weary😩 tired_face😫 yawning🥱 triumph😤 rage😡 angry😠 cursing🤬 smiling_imp😈 skull💀 poop💩 clown🤡 ghost👻 alien👽 robot🤖 ' +
  'see_no_evil🙈 hear_no_evil🙉 speak_no_evil🙊 heart❤️ orange_heart🧡 yellow_heart💛 green_heart💚 blue_heart💙 purple_heart💜 ' +
  'black_heart🖤 broken_heart💔 sparkling_heart💖 100💯 anger💢 boom💥 dizzy💫 dash💨 zzz💤 wave👋 raised_hand✋ vulcan🖖 ok_hand👌 ' +
  'pinched_fingers🤌 victory✌️ crossed_fingers🤞 metal🤘 call_me🤙 point_left👈 point_right👉 point_up👆 point_down👇 ' +
  'thumbsup,+1👍 thumbsdown,-1👎 fist✊ punch👊 clap👏 raised_hands🙌 handshake🤝 pray,thanks🙏 writing✍️ muscle💪 eyes👀 brain🧠 ' +
  'facepalm🤦 shrug🤷 dancer💃 runner🏃 baby👶 people👥 dog🐶 cat🐱 mouse🐭 fox🦊 bear🐻 panda🐼 tiger🐯 lion🦁 cow🐮 pig🐷 frog🐸 ' +
  'monkey🐵 chicken🐔 penguin🐧 bird🐦 owl🦉 unicorn🦄 bee🐝 bug🐛 butterfly🦋 snail🐌 turtle🐢 snake🐍 octopus🐙 crab🦀 fish🐟 ' +
  'dolphin🐬 whale🐳 bouquet💐 rose🌹 sunflower🌻 tree🌳 cactus🌵 clover🍀 leaves🍃 mushroom🍄 apple🍎 banana🍌 grapes🍇 ' +
  'strawberry🍓 lemon🍋 peach🍑 avocado🥑 bread🍞 cheese🧀 pizza🍕 burger🍔 fries🍟 taco🌮 popcorn🍿 sushi🍣 ice_cream🍨 doughnut🍩 ' +
  'cookie🍪 cake🍰 birthday🎂 chocolate🍫 coffee☕ tea🍵 beer🍺 beers🍻 champagne🍾 wine🍷 cocktail🍹 earth🌍 mountain⛰️ beach🏖️ ' +
  'house🏠 office🏢 hospital🏥 car🚗 bus🚌 train🚆 bike🚲 airplane✈️ rocket🚀 ship🚢 anchor⚓ construction🚧 sun,sunny☀️ moon🌙 ' +
  'star⭐ stars🌟 cloud☁️ rain🌧️ zap⚡ snowflake❄️ rainbow🌈 umbrella☔ fire🔥 droplet💧 ocean🌊 sparkles✨ tada🎉 confetti🎊 balloon🎈 ' +
  'gift🎁 christmas_tree🎄 jack_o_lantern🎃 trophy🏆 medal🥇 soccer⚽ basketball🏀 tennis🎾 chess♟️ dart🎯 game🎮 dice🎲 puzzle🧩 art🎨 ' +
  'music🎵 guitar🎸 headphones🎧 microphone🎤 movie🎬 camera📷 tv📺 phone📱 computer💻 keyboard⌨️ battery🔋 bulb💡 book📖 books📚 ' +
  'newspaper📰 memo📝 pencil✏️ email📧 inbox📥 package📦 calendar📅 chart📈 chart_down📉 pushpin📌 paperclip📎 scissors✂️ lock🔒 ' +
  'unlock🔓 key🔑 hammer🔨 wrench🔧 gear⚙️ link🔗 magnet🧲 test_tube🧪 telescope🔭 money💰 gem💎 bell🔔 mute🔕 megaphone📣 search🔍 ' +
  'hourglass⏳ alarm⏰ stopwatch⏱️ warning⚠️ no_entry⛔ stop🛑 check,white_check_mark✅ x❌ question❓ exclamation❗ plus➕ minus➖ ' +
  'recycle♻️ arrow_right➡️ arrow_left⬅️ arrow_up⬆️ arrow_down⬇️ new🆕 ok🆗 sos🆘 red_circle🔴 green_circle🟢 blue_circle🔵 ' +
  'checkered_flag🏁 white_flag🏳️ rainbow_flag🏳️‍🌈'

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
