// Reads what is marked within a line or a paragraph: code, links, mentions, bold and italic. Its time grows with
// the length of the text alone, because each kind of mark has at most one open beginning.

import { splitLinks } from './links.ts'
import { joinsWord, splitMentions } from './mention-text.ts'

/** The texts of all parts, with the marks around them, are the whole text in its order. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  /** `mark` is what stands before and behind it. */
  | { readonly kind: 'code'; readonly mark: string; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string }
  | {
      readonly kind: 'bold' | 'italic'
      readonly mark: string
      readonly parts: readonly Inline[]
    }

type Mark = { readonly kind: 'mark'; readonly text: string; opens: boolean; closes: boolean }
type Token = Inline | Mark

/** @param names of the people whom the text mentions */
export function inlineParts(text: string, names: readonly string[]): Inline[] {
  const tokens: Token[] = []
  for (const { code, mark, from, to } of splitCode(text)) {
    if (code) tokens.push({ kind: 'code', mark, text: text.slice(from, to) })
    else readSegment({ text, from, to, names }, tokens)
  }
  return nested(tokens)
}

type Segment = { code: boolean; mark: string; from: number; to: number }

/** As many backticks end a code as have begun it. Code is not empty, and keeps all its characters. */
function splitCode(text: string): Segment[] {
  const runs = [...text.matchAll(/`+/g)]
  /** The next run of the same length behind each run. */
  const partner: (number | undefined)[] = []
  const later = new Map<number, number>()
  for (let i = runs.length - 1; i >= 0; i--) {
    const { length } = runs[i]?.[0] ?? ''
    partner[i] = later.get(length)
    later.set(length, i)
  }
  const segments: Segment[] = []
  let done = 0
  for (let i = 0; i < runs.length; i++) {
    const [open, close] = [runs[i], runs[partner[i] ?? -1]]
    if (!open || !close) continue
    const [mark] = open
    segments.push({ code: false, mark: '', from: done, to: open.index })
    segments.push({ code: true, mark, from: open.index + mark.length, to: close.index })
    done = close.index + mark.length
    i = partner[i] as number
  }
  return [...segments, { code: false, mark: '', from: done, to: text.length }]
}

type Plain = { text: string; from: number; to: number; names: readonly string[] }

function readSegment({ text, from, to, names }: Plain, tokens: Token[]): void {
  let at = from
  for (const { text: words, href } of splitLinks(text.slice(from, to))) {
    if (href !== null) {
      tokens.push({ kind: 'link', text: words, href })
      at += words.length
      continue
    }
    for (const part of splitMentions(words, names)) {
      if (part.mention !== null) tokens.push({ kind: 'mention', text: part.text })
      else readMarks(text, at, at + part.text.length, tokens)
      at += part.text.length
    }
  }
}

/** Longer runs are lines or jokes. A mark behind a backslash is none, as in ¯\_(ツ)_/¯. */
const marks = /\\[*_]+|\*{4,}|_{4,}|\*{1,3}|_{1,3}/g

function readMarks(text: string, from: number, to: number, tokens: Token[]): void {
  let done = from
  const pushText = (end: number) => {
    if (end > done) tokens.push({ kind: 'text', text: text.slice(done, end) })
  }
  for (const { 0: run, index } of text.slice(from, to).matchAll(marks)) {
    if (run.startsWith('\\') || run.length > 3) continue
    const start = from + index
    const end = start + run.length
    const [before, after] = [characterBefore(text, start), characterAt(text, end)]
    const opens = !joinsWord(before) && !isSpace(after)
    const closes = !isSpace(before) && !joinsWord(after)
    pushText(start)
    // Three are a bold and an italic mark: which comes first at the end depends on the beginning.
    const sizes = run.length === 3 ? [2, 1] : [run.length]
    for (const size of sizes) tokens.push({ kind: 'mark', text: run.slice(0, size), opens, closes })
    done = end
  }
  pushText(to)
}

const isSpace = (character: string) => character === '' || /\s/u.test(character)
const characterBefore = (text: string, index: number) =>
  [...text.slice(Math.max(0, index - 2), index)].at(-1) ?? ''
const characterAt = (text: string, index: number) =>
  index < text.length ? String.fromCodePoint(text.codePointAt(index) as number) : ''

/** Joins the marks to pairs. The innermost pair counts, and pairs do not cross. */
function nested(tokens: Token[]): Inline[] {
  const root: Token[] = []
  /** Where each mark was opened last, in `root`. */
  const open = new Map<string, number>()
  for (let i = 0; i < tokens.length; i++) {
    let token = tokens[i] as Token
    const next = tokens[i + 1]
    if (token.kind === 'mark' && next?.kind === 'mark' && isInner(next, token, open)) {
      tokens[i + 1] = token
      token = next
    }
    if (token.kind !== 'mark') root.push(token)
    else if (!close(token, root, open)) {
      if (token.opens) open.set(token.text, root.length)
      root.push(token)
    }
  }
  return joined(root)
}

/** Whether the second of two marks of one run has been opened behind the first one. */
const isInner = (second: Mark, first: Mark, open: ReadonlyMap<string, number>): boolean =>
  second.text.length === 1 &&
  first.text === second.text.repeat(2) &&
  second.closes &&
  (open.get(second.text) ?? -1) > (open.get(first.text) ?? -1)

function close({ text, closes }: Mark, root: Token[], open: Map<string, number>): boolean {
  const start = open.get(text)
  if (!closes || start === undefined || start === root.length - 1) return false
  const parts = joined(root.slice(start + 1))
  // Signs alone are a face, such as *_*.
  if (!parts.some((part) => part.kind !== 'text' || /[^\p{P}\s]/u.test(part.text)))
    return open.delete(text) && false
  root.length = start
  root.push({ kind: text.length === 2 ? 'bold' : 'italic', mark: text, parts })
  for (const [mark, at] of open) if (at >= start) open.delete(mark)
  return true
}

/** Marks without a partner are text. */
function joined(tokens: readonly Token[]): Inline[] {
  const parts: Inline[] = []
  for (const token of tokens) {
    const last = parts.at(-1)
    if (token.kind !== 'mark' && token.kind !== 'text') parts.push(token)
    else if (last?.kind === 'text')
      parts[parts.length - 1] = { kind: 'text', text: last.text + token.text }
    else parts.push({ kind: 'text', text: token.text })
  }
  return parts
}
