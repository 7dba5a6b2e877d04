// Reads the blocks of a message: paragraphs, fenced code, quotes and lists. The text itself is never changed: only
// the page shows it like this. What is not clearly a block is a paragraph.

import { type Inline, inlineParts } from './inline-format.ts'

type Item = {
  /** `- `, or `3. `, with the spaces before it. */
  readonly mark: string
  /** How deep it is indented: 0 to 2. */
  readonly level: number
  readonly parts: readonly Inline[]
}

export type Block =
  | { readonly kind: 'paragraph'; readonly parts: readonly Inline[] }
  /** `open` and `close` are the fences with what is between them and the code. */
  | { readonly kind: 'code'; readonly open: string; readonly text: string; readonly close: string }
  | { readonly kind: 'quote'; readonly marks: readonly string[]; readonly parts: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly Item[] }

const fence = '```'
const quoteMark = /^>(?: |$)/
const listMark = /^( {0,8})(?:[-*•]|(\d{1,3})[.)]) +(?=\S)/

/**
 * The blocks are in their order, each without the line break before and behind it.
 * @param names of the people whom the text mentions
 */
export function messageBlocks(text: string, names: readonly string[] = []): Block[] {
  const blocks: Block[] = []
  let from = 0
  for (let at = 0; at < text.length; ) {
    const code = text.startsWith(fence, at) ? fencedCode(text, at) : null
    if (code) {
      if (at > from) blocks.push(...lineBlocks(text.slice(from, at - 1), names))
      blocks.push(code.block)
      from = code.end
      at = code.end
    } else at = lineEnd(text, at) + 1
  }
  if (from < text.length || blocks.length === 0) blocks.push(...lineBlocks(text.slice(from), names))
  return blocks
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

/** The fence ends with the next three backticks, behind which nothing else stands in their line. */
function fencedCode(text: string, at: number): { block: Block; end: number } | null {
  const closeAt = text.indexOf(fence, at + fence.length)
  if (closeAt < 0) return null
  const end = lineEnd(text, closeAt)
  const rest = text.slice(closeAt, end)
  if (rest.trim() !== fence) return null
  const inside = text.slice(at + fence.length, closeAt)
  // What stands behind the first fence is the language, if the code begins below it.
  const language = /^[\w+#.-]* *\n/.exec(inside)?.[0] ?? ''
  const code = inside.slice(language.length)
  const lastBreak = /\n?$/.exec(code)?.[0] ?? ''
  const words = code.slice(0, code.length - lastBreak.length)
  if (words.trim() === '') return null
  const [open, close] = [fence + language, lastBreak + rest]
  return { block: { kind: 'code', open, text: words, close }, end: Math.min(end + 1, text.length) }
}

type LineKind = 'paragraph' | 'quote' | 'bullets' | 'numbers'

function kindOf(line: string): LineKind {
  if (quoteMark.test(line)) return 'quote'
  const item = listMark.exec(line)
  if (!item) return 'paragraph'
  return item[2] === undefined ? 'bullets' : 'numbers'
}

function lineBlocks(text: string, names: readonly string[]): Block[] {
  const groups: { kind: LineKind; lines: string[] }[] = []
  for (const line of text.split('\n')) {
    const kind = kindOf(line)
    const last = groups.at(-1)
    if (last?.kind === kind) last.lines.push(line)
    else groups.push({ kind, lines: [line] })
  }
  return groups.map(({ kind, lines }) => blockOf(kind, lines, names))
}

function blockOf(kind: LineKind, lines: readonly string[], names: readonly string[]): Block {
  if (kind === 'paragraph') return { kind, parts: inlineParts(lines.join('\n'), names) }
  if (kind === 'quote') {
    const marks = lines.map((line) => quoteMark.exec(line)?.[0] ?? '')
    const words = lines.map((line, i) => line.slice(marks[i]?.length)).join('\n')
    return { kind, marks, parts: inlineParts(words, names) }
  }
  const items = lines.map((line): Item => {
    const [mark = '', indent = ''] = listMark.exec(line) ?? []
    const level = Math.min(2, Math.floor(indent.length / 2))
    return { mark, level, parts: inlineParts(line.slice(mark.length), names) }
  })
  return { kind: 'list', ordered: kind === 'numbers', items }
}
