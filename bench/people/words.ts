// What people say: English words, few of them often and many seldom, and no two texts alike. A text
// of one letter, or always the same one, would be compressed as no chat is.

const words = `the to and a of I you it in is that for on be have with this not are we so but what
just do at all if can my there was or like they how get about up out no when me one time as will
from would good know more think now them your some then see really want work well need back still
people only going make here thing why too very right sure maybe right day try help look first before
please other next again week call team meeting after new also through where even could should been
code test room server deploy later today tomorrow morning coffee lunch great thanks sorry question
answer problem nice update link page message phone train weather music garden window kitchen bicycle
library mountain evening number picture language afternoon`.split(/\s+/)

/** The same for the same number: so many bytes, all of them ASCII. */
export function textOf(number: number, bytes: number): string {
  let state = (number + 1) * 2_654_435_761
  const chance = () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0
    return state / 2 ** 32
  }
  const said: string[] = []
  for (let length = 0; length < bytes; length += (said.at(-1)?.length ?? 0) + 1)
    said.push(words[Math.floor(words.length * chance() ** 2)] ?? '')
  return said.join(' ').slice(0, bytes)
}
