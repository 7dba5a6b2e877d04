// Makes messages in four scripts, the same ones in each run: frequent words as in a language, a long tail of
// words made of syllables, and one word that is in few messages.

export type Script = {
  name: string
  /** The most frequent words, most frequent first. */
  frequent: string[]
  syllables: string[]
  between: string
  /** In one of `rareEvery` messages of this script. */
  rare: string
  /** In no message, though parts of it are in many. */
  absent: string
}

const chinese =
  '的一是不了人我在有他这中大来上个国和也子时道说出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从现动力本女关点理向回长把外间使两' +
  '山河海风雨雪花草木石火土金银铜铁桥路船车马牛羊鱼鸟虎龙书画诗歌琴棋茶酒饭菜米面盐糖油灯床门窗墙城市镇村街店桌椅笔纸墨'

export const scripts: Script[] = [
  {
    name: 'Latin',
    frequent: 'the and you that have with this are not for was from they will what'.split(' '),
    syllables: 'ba ce di fo gu ha ki le mo nu pa ri so tu va we xi ya ze cho str ing'.split(' '),
    between: ' ',
    rare: 'quokka',
    absent: 'thaveyouth',
  },
  {
    name: 'Cyrillic',
    frequent: 'что это как она так его только если уже или был меня когда даже'.split(' '),
    syllables: 'ба ве ги до жу за ки ле мо ну па ри со ту фа хо цы че шу ща ость ный'.split(' '),
    between: ' ',
    rare: 'ёжевика',
    absent: 'чтокакэто',
  },
  {
    name: 'Devanagari',
    frequent: 'में नहीं और यह है लिए करना क्या हम बहुत अपने साथ सकता'.split(' '),
    syllables: 'का मी सु ने रा ली पु दे गो जी ता बि शा हो वा धी क्ष त्र ज्ञ श्र न्त ष्ट'.split(' '),
    between: ' ',
    rare: 'ऊँटगाड़ी',
    absent: 'नहींऔरयहक्या',
  },
  {
    name: 'Chinese',
    frequent: '我们是 这个人 不知道 今天的 没有了 你好吗 在上海 为什么'.split(' '),
    syllables: [...chinese],
    between: '',
    rare: '鹦鹉螺',
    absent: '我们这个今天没有',
  },
]

export const rareEvery = 25_000
const tailWords = 20_000

/** Numbers from 0 to 1, the same in each run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A word of the tail, the same one for the same number. */
function tailWord({ syllables }: Script, number: number): string {
  let word = ''
  for (let rest = number + syllables.length; rest > 0; rest = Math.floor(rest / syllables.length))
    word += syllables[rest % syllables.length]
  return word
}

/** @returns the text of the message with this number, all scripts in turn */
export function messageWriter(): (number: number) => { script: Script; text: string } {
  const random = randomFrom(20)
  return (number) => {
    const script = scripts[number % scripts.length] as Script
    const { frequent, between, rare } = script
    const words = Array.from({ length: 3 + Math.floor(random() * 15) }, () => {
      // The word of rank n is n times as rare as the first one, as in languages.
      const rank = Math.floor((frequent.length + tailWords) ** random()) - 1
      return frequent[rank] ?? tailWord(script, rank - frequent.length)
    })
    const isRare = Math.floor(number / scripts.length) % rareEvery === 7
    return { script, text: (isRare ? [...words, rare] : words).join(between) }
  }
}
