// Finds the terms of a word list in texts. Terms are plain text: there are no regular expressions.

import { characterKinds, kindOf } from './character-kinds.ts'
import { comparable } from './comparable-text.ts'
import { compilePatterns } from './pattern-set.ts'

export type WordMatcher = { matches(text: string): boolean }

/**
 * A run of letters, marks and digits. In scripts without spaces nobody can tell where a word ends, so
 * each of their characters counts as one, and so does each pictograph: `上海` is found in
 * `我爱上海`, and `bad` before an emoji.
 */
type Word = { codePoints: number[]; isUnspaced: boolean }

function wordsOf(text: string): Word[] {
  const words: Word[] = []
  let word: Word | undefined
  for (let at = 0; at < text.length; at++) {
    const codePoint = text.codePointAt(at) as number
    if (codePoint > 0xffff) at++
    const kind = kindOf(codePoint)
    if (kind === characterKinds.mark) {
      // A mark upon a space belongs to no word.
      word?.codePoints.push(codePoint)
    } else if (kind === characterKinds.letter || kind === characterKinds.unspaced) {
      const isUnspaced = kind === characterKinds.unspaced
      if (word?.isUnspaced !== isUnspaced) {
        word = { codePoints: [], isUnspaced }
        words.push(word)
      }
      word.codePoints.push(codePoint)
    } else {
      word = undefined
    }
  }
  return words
}

/*
 * What is searched are symbols. A word of several letters is its code points between two gaps, and a
 * single letter is one symbol of its own kind, without gaps: so `b a d` is a sequence in which a term
 * may begin and end anywhere, and `bad` is one that no term enters without a gap.
 */
const gap = -1
const single = (codePoint: number) => codePoint + 0x110000

function appendWord(symbols: number[], { codePoints }: Word, asSingles: boolean): void {
  if (!asSingles && symbols.at(-1) !== gap) symbols.push(gap)
  for (const codePoint of codePoints) symbols.push(asSingles ? single(codePoint) : codePoint)
  if (!asSingles) symbols.push(gap)
}

function symbolsOf(text: string): number[] {
  const symbols: number[] = []
  for (const word of wordsOf(text)) {
    appendWord(symbols, word, word.isUnspaced || word.codePoints.length === 1)
  }
  return symbols
}

type Term = {
  /** Without the `*` at its ends. */
  text: string
  words: Word[]
  /** The first word may have letters before it. */
  openStart: boolean
  /** The last word may have letters after it. */
  openEnd: boolean
}

function readTerm(term: string): Term {
  const whole = comparable(term).trim()
  const openStart = whole.startsWith('*')
  const openEnd = whole.length > 1 && whole.endsWith('*')
  const text = whole.slice(openStart ? 1 : 0, openEnd ? -1 : undefined)
  return { text, words: wordsOf(text), openStart, openEnd }
}

/** Code points. A ligature may stand for 18 letters, and the memory of a list has a bound. */
const lengthMax = 200

function faultOf({ text, words }: Term): string | null {
  if (text.includes('*')) return 'Must have `*` only at its ends.'
  const length = words.reduce((sum, { codePoints }) => sum + codePoints.length, 0)
  // The term `a$$` is the letter "a" to a search, and would be found in every other message.
  if (length < 2 && !words.some(({ isUnspaced }) => isUnspaced)) {
    return 'Must have at least two letters or digits, or a pictograph.'
  }
  return length > lengthMax ? 'Must be shorter: its ligatures stand for many letters.' : null
}

/** Why a term cannot be in a word list; null: it can. */
export function termFault(term: string): string | null {
  return faultOf(readTerm(term))
}

/** Terms of more words are searched only as they are, and with all words as single letters. */
const mixedMax = 2

/** For each spelling of the term that counts: which of its words are single letters. */
function spellingsOf({ words, openStart, openEnd }: Term): boolean[][] {
  const choices = words.map(({ codePoints, isUnspaced }, index) => {
    const isOpen = (openStart && index === 0) || (openEnd && index === words.length - 1)
    return isUnspaced || (codePoints.length === 1 && !isOpen) ? [true] : [false, true]
  })
  if (choices.filter(({ length }) => length > 1).length > mixedMax) {
    return [choices.map(([first = true]) => first), choices.map(() => true)]
  }
  return choices.reduce<boolean[][]>(
    (spellings, choice) =>
      spellings.flatMap((spelling) => choice.map((asSingles) => [...spelling, asSingles])),
    [[]],
  )
}

function patternsOf(term: Term): number[][] {
  return spellingsOf(term).map((spelling) => {
    const symbols: number[] = []
    for (const [index, word] of term.words.entries()) {
      appendWord(symbols, word, spelling[index] === true)
    }
    if (term.openStart && symbols[0] === gap) symbols.shift()
    if (term.openEnd && symbols.at(-1) === gap) symbols.pop()
    return symbols
  })
}

/**
 * Case, invisible characters and separators between single letters do not count. A term matches whole
 * words; a `*` at either end lets it match inside of words, too. Leaves out terms with a fault.
 */
export function compileWords(terms: readonly string[]): WordMatcher {
  const usable = terms.map(readTerm).filter((term) => faultOf(term) === null)
  const patterns = compilePatterns(usable.flatMap(patternsOf))
  return { matches: (text) => usable.length > 0 && patterns(symbolsOf(comparable(text))) }
}
